package io.vipgate.probe;

import io.vipgate.config.RedisRole;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Asks Redis, or what speaks like it, whether it answers, and perhaps whether it is the master or a replica.
 *
 * <p>Immutable. Source: Redis serialization protocol, version 2.
 */
final class RedisCheck implements Talk {
    private static final byte[] PING = "*1\r\n$4\r\nPING\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] INFO = "*2\r\n$4\r\nINFO\r\n$11\r\nreplication\r\n"
            .getBytes(StandardCharsets.US_ASCII);

    private final RedisRole wanted;

    RedisCheck(RedisRole wanted) {
        this.wanted = wanted;
    }

    @Override
    public ProbeResult with(Conversation conversation) throws IOException {
        AnswerBytes in = new AnswerBytes(conversation.heard());
        conversation.say(PING);
        String pong = answer(in);
        if (!pong.equals("+PONG")) {
            throw new BadAnswerException("not PONG: " + pong);
        }
        if (wanted == RedisRole.ANY) {
            return ProbeResult.pass("PONG");
        }
        conversation.say(INFO);
        String role = role(in);
        // Redis itself calls a replica by its old name.
        boolean isWanted = role.equals(wanted == RedisRole.MASTER ? "master" : "slave");
        return isWanted ? ProbeResult.pass("role " + role) : ProbeResult.fail("role " + role);
    }

    /** The first line of an answer that is no error. */
    private static String answer(AnswerBytes in) throws IOException {
        String line = in.line();
        if (line.startsWith("-")) {
            throw new BadAnswerException("error: " + line.substring(1));
        }
        return line;
    }

    private static String role(AnswerBytes in) throws IOException {
        String length = answer(in);
        if (!length.matches("\\$[0-9]{1,6}")) {
            throw new BadAnswerException("not what INFO answers: " + length);
        }
        String info = new String(in.next(Integer.parseInt(length.substring(1))), StandardCharsets.ISO_8859_1);
        return info.lines().filter(line -> line.startsWith("role:")).map(line -> line.substring("role:".length()))
                .findFirst().orElseThrow(() -> new BadAnswerException("no role in what INFO answers"));
    }
}
