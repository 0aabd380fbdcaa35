package io.vipgate.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.ProbeConfig;
import io.vipgate.config.ProbeType;
import io.vipgate.config.RedisRole;
import io.vipgate.linux.Errno;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * In whatever pieces an answer comes, and whatever pieces the kernel takes of what is said: the talk says the same bytes and
 * comes to the same result as one that waits for each byte.
 */
class PiecesTest {
    private static final ProbeTarget TARGET = Checks
            .target(new InetSocketAddress(InetAddress.getLoopbackAddress(), 80));
    private static final int SEEDS = 40;

    /** What was said, and what came of it; {@code null} for a talk that would go on waiting. */
    private record Outcome(ProbeResult result, String said, boolean hasTakenLeave) {}

    /** Waits for each byte: the answer is all there. Confined to the test. */
    private static final class Waiting implements Conversation {
        private final InputStream heard;
        private final ByteArrayOutputStream said = new ByteArrayOutputStream();
        private boolean hasTakenLeave;

        Waiting(byte[] answer) {
            heard = new ByteArrayInputStream(answer);
        }

        @Override
        public ProbeTarget target() {
            return TARGET;
        }

        @Override
        public void say(byte[] bytes) {
            said.writeBytes(bytes);
        }

        @Override
        public InputStream heard() {
            return heard;
        }

        @Override
        public void settle() {}

        @Override
        public void takeLeave() {
            hasTakenLeave = true;
        }
    }

    private static Outcome waiting(Talk talk, byte[] answer) {
        Waiting conversation = new Waiting(answer);
        ProbeResult result;
        try {
            result = talk.with(conversation);
        } catch (IOException e) {
            result = SocketFault.resultOf(e, Conversation.Phase.ANSWER);
        }
        return new Outcome(result, text(conversation.said), conversation.hasTakenLeave);
    }

    private static Outcome inPieces(Talk talk, byte[] answer, Random random, int longest) throws IOException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        ReplayedConversation conversation = new ReplayedConversation(TARGET, (bytes, from) -> {
            int taken = Math.min(bytes.length - from, random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(longest));
            said.write(bytes, from, taken);
            return taken;
        }, new byte[0]);
        int at = 0;
        ProbeResult result = null;
        while (result == null) {
            while (conversation.hasUnsent()) {
                conversation.flush();
            }
            result = conversation.attempt(talk);
            if (result == null && !conversation.hasUnsent()) {
                assertThat(conversation.isOver()).as("all has come, and it still waits").isFalse();
                assertThat(conversation.unsettled()).isLessThanOrEqualTo(ReplayedConversation.MAX_UNSETTLED);
                int length = Math.min(answer.length - at, 1 + random.nextInt(longest));
                if (length == 0) {
                    conversation.hearEnd();
                } else {
                    conversation.hear(MemorySegment.ofArray(answer).asSlice(at), length);
                    at += length;
                }
            }
        }
        return new Outcome(result, text(said), conversation.isLeaving());
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    /** A kind of talk, with answers: the first is right, others are wrong in each way that the talk knows of. */
    record Kind(String name, ProbeConfig config, List<String> answers) {
        Talk talk() {
            return Probes.talks(config).get();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Kind kind(String name, ProbeConfig config, String... answers) {
        return new Kind(name, config, List.of(answers));
    }

    static Stream<Kind> kinds() {
        return Stream.of(kind("tcp", Checks.tcp(Checks.AMPLE), ""),
                kind("http", Checks.http(Checks.AMPLE, ""), "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
                        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 No\r\n\r\n", "SSH-2.0-x\r\n", "HTTP/1.1 200",
                        "HTTP/1.1 200 OK\r\nX: " + "x".repeat(70_000) + "\r\n\r\n"),
                kind("http body", Checks.http(Checks.AMPLE, "all good"),
                        "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\nnow all good!",
                        "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nall good",
                        "HTTP/1.0 200 OK\r\n\r\nall all goo all good",
                        "HTTP/1.0 200 OK\r\n\r\n" + "all goo".repeat(10_000) + "all good",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nall\r\n5;x=y\r\n good\r\n0\r\n\r\n",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nall\r\n5\r\nXgood\r\n0\r\n\r\n",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nall\r\n5\r\n good\r\n0\r\n\r\n",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nzz\r\n",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + "1\r\na\r\n".repeat(66_000)),
                kind("greeting", Checks.sendExpect(Checks.AMPLE, "", "220 ready"), "220 220 ready", "220 rea",
                        "x".repeat(65_000) + "220 ready", "x".repeat(70_000)),
                kind("steps",
                        Checks.steps(Checks.AMPLE, "AUTH", "+OK", "INFO", "role:master", "BYE", "", "", "x", "END", ""),
                        "+OK role:master x", "+OKrole:slave", "+O", "x".repeat(60_000) + "+OK" + "y".repeat(60_000)
                                + "role:master" + "z".repeat(60_000) + "x"),
                kind("redis", Checks.protocol(ProbeType.REDIS, Checks.AMPLE, "", RedisRole.MASTER),
                        "+PONG\r\n$11\r\nrole:master\r\n", "+PONG\r\n$10\r\nrole:slave\r\n", "-LOADING\r\n",
                        "+PONG\r\n$99999\r\nx",
                        "+" + "P".repeat(70_000)),
                kind("mysql", Checks.protocol(ProbeType.MYSQL, Checks.AMPLE, "probe", RedisRole.ANY),
                        mysql("\0\0\0\2\0\0\0"),
                        mysql("\u00ff\u0015\u0004#28000no"), mysql("\u00fe"), mysql("\1\3"),
                        "\7\0\0\0\u00ff\u0010\u0004full"),
                kind("pgsql", Checks.protocol(ProbeType.PGSQL, Checks.AMPLE, "probe", RedisRole.ANY),
                        "R\0\0\0\u000c\0\0\0\5salt", "R\0\0\0\u0008\0\0\0\0S\0\0\0\u0006aaZ\0\0\0\u0005I",
                        "E\0\0\0\u0013C57P03\0Mstart\0\0", "HTTP/1.1"),
                kind("smtp", Checks.protocol(ProbeType.SMTP, Checks.AMPLE, "", RedisRole.ANY),
                        "220-a\r\n220 b\r\n250-c\r\n250 d\r\n", "220 b\r\n502 no\r\n250 d\r\n", "554 go\r\n",
                        "220 b\r\n421 bye\r\n",
                        "hello\r\n"),
                kind("ldap", Checks.protocol(ProbeType.LDAP, Checks.AMPLE, "", RedisRole.ANY),
                        "0\u000c\2\1\1a\7\n\1\0\4\0\4\0", "0\u000f\2\1\1a\n\n\0011\4\0\4\3bad", "0\u0084\0\0\0\u0010\2",
                        "HTTP"));
    }

    /** A greeting and an answer to the login. */
    private static String mysql(String answer) {
        String greeting = "\n8.0\0\1\0\0\0challeng\0\0\2!\0\0\10\0\25\0\0\0\0\0\0\0\0\0\0anotherchallen\0native\0";
        return packet(0, greeting) + packet(2, answer) + packet(4, "\0");
    }

    private static String packet(int number, String payload) {
        return (char) payload.length() + "\0\0" + (char) number + payload;
    }

    private static List<byte[]> answersOf(Kind kind) {
        List<byte[]> answers = new ArrayList<>();
        for (String answer : kind.answers) {
            byte[] whole = answer.getBytes(StandardCharsets.ISO_8859_1);
            answers.add(whole);
            for (int cut = 0; cut < Math.min(whole.length, 120); cut += 7) {
                answers.add(Arrays.copyOf(whole, cut));
            }
        }
        return answers;
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void theFirstOfItsAnswersPasses(Kind kind) {
        byte[] first = kind.answers().getFirst().getBytes(StandardCharsets.ISO_8859_1);
        ProbeResult result = waiting(kind.talk(), first).result();
        assertThat(result.outcome()).as(result.cause()).isEqualTo(ProbeResult.Outcome.PASS);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void anAnswerInPiecesComesToTheSame(Kind kind) throws IOException {
        for (byte[] answer : answersOf(kind)) {
            Outcome expected = waiting(kind.talk(), answer);
            for (int seed = 0; seed < SEEDS; seed++) {
                // Byte by byte, where that does not take a talk too many beginnings.
                int longest = answer.length > 1000 ? 3000 : seed % 2 == 0 ? 1 : 12;
                assertThat(inPieces(kind.talk(), answer, new Random(seed), longest))
                        .as("seed %d", seed).isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void whatNobodyWouldSayComesToTheSameToo(Kind kind) throws IOException {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            byte[] answer = kind.answers().get(random.nextInt(kind.answers().size()))
                    .getBytes(StandardCharsets.ISO_8859_1)
                    .clone();
            if (answer.length > 0 && answer.length < 1000) {
                for (int changes = random.nextInt(4); changes >= 0; changes--) {
                    answer[random.nextInt(answer.length)] = (byte) random.nextInt();
                }
                Outcome expected = waiting(kind.talk(), answer);
                assertThat(inPieces(kind.talk(), answer, random, 9)).as("seed %d", seed).isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aConnectionThatBreaksIsAFailureWhereMoreIsNeeded(Kind kind) throws IOException {
        ReplayedConversation conversation = new ReplayedConversation(TARGET, (bytes, from) -> bytes.length - from,
                new byte[0]);
        Talk talk = kind.talk();
        ProbeResult result = conversation.attempt(talk);
        conversation.hearFault(new ConnectionFault(Errno.ECONNRESET));

        assertThat(kind.name().equals("tcp") ? result : conversation.attempt(talk))
                .isEqualTo(kind.name().equals("tcp")
                        ? ProbeResult.pass("connected")
                        : ProbeResult.fail("connection reset"));
    }
}
