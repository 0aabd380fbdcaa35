package io.vipgate.clienthello;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The parser against a second reading of the grammar, over seeded hellos, good and bad, in any pieces. */
class ClientHelloFuzzTest {
    private static final int HELLOS = 3_000;
    private static final List<String> PROTOCOLS = List.of("h2", "http/1.1", "acme-tls/1", "x", "x\u0000");

    private final ClientHelloParser parser = new ClientHelloParser();

    private static String name(RandomGenerator random) {
        StringBuilder name = new StringBuilder();
        String letters = "abcXYZ019-_.......";
        int length = random.nextInt(10) == 0 ? random.nextInt(1, 400) : random.nextInt(1, 40);
        for (int i = 0; i < length; i++) {
            name.append(random.nextInt(200) == 0 ? (char) random.nextInt(256) : letters.charAt(random.nextInt(13)));
        }
        return name.toString();
    }

    private static HelloBuilder hello(RandomGenerator random) {
        HelloBuilder hello = new HelloBuilder().sized(random.nextInt(33), random.nextInt(1, 60));
        if (random.nextInt(20) == 0) {
            return hello.withoutExtensions();
        }
        for (int i = random.nextInt(12); i >= 0; i--) {
            switch (random.nextInt(8)) {
                case 0, 1 -> hello.serverName(name(random));
                case 2 ->
                    hello.protocols(random.ints(random.nextInt(1, 4), 0, PROTOCOLS.size()).mapToObj(PROTOCOLS::get)
                            .toList());
                case 3 -> hello.keyShare(random.nextInt(2_000));
                case 4 -> hello.extension(0xfe0d, new byte[random.nextInt(300)]);
                case 5 -> hello.extension(0, bytes(random, random.nextInt(12)));
                default -> hello.extension(random.nextInt(0x10000), new byte[random.nextInt(40)]);
            }
        }
        return hello;
    }

    private static byte[] bytes(RandomGenerator random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private ClientHello parse(byte[] bytes, int length) {
        return parser.parse(MemorySegment.ofArray(bytes).asSlice(0, length), length, Integer.MAX_VALUE);
    }

    private static List<String> protocols(ClientHello hello) {
        List<String> found = new ArrayList<>();
        for (String each : PROTOCOLS) {
            if (hello.firstOf(new ProtocolTable<>(Map.of(each, true))) != null) {
                found.add(each);
            }
        }
        return found;
    }

    private void assertAgrees(byte[] bytes, String context) {
        ClientHello hello = parse(bytes, bytes.length);
        Optional<byte[]> message;
        NaiveClientHello.Said said;
        try {
            message = NaiveClientHello.message(bytes);
            if (message.isEmpty()) {
                assertThat(hello.kind()).as(context).isEqualTo(ClientHello.Kind.INCOMPLETE);
                assertThat(hello.needed()).as(context).isGreaterThan(bytes.length);
                return;
            }
            said = NaiveClientHello.read(message.get());
        } catch (NaiveClientHello.Wrong e) {
            assertThat(hello.kind()).as(context).isIn(ClientHello.Kind.INVALID, ClientHello.Kind.NOT_TLS);
            return;
        }
        assertThat(hello.kind()).as(context + " " + hello.fault()).isEqualTo(ClientHello.Kind.WHOLE);
        assertThat(hello.hasName()).as(context).isEqualTo(said.name().isPresent());
        assertThat(hello.isNameUsable() ? Optional.of(hello.name()) : Optional.empty()).as(context)
                .isEqualTo(said.name().flatMap(NaiveClientHello::usable));
        assertThat(hello.hasEncrypted()).as(context).isEqualTo(said.hasEncrypted());
        assertThat(protocols(hello)).as(context)
                .isEqualTo(PROTOCOLS.stream().filter(said.protocols()::contains).toList());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void helloInAnyRecordsIsReadAsASecondReadingReadsIt(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        for (int i = 0; i < HELLOS; i++) {
            byte[] message = hello(random).message();
            assertAgrees(HelloBuilder.splitAnywhere(message, random, random.nextInt(1, 12)), "hello " + i);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void changedBytesAreReadAsASecondReadingReadsThem(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        for (int i = 0; i < HELLOS; i++) {
            byte[] bytes = HelloBuilder.splitAnywhere(hello(random).message(), random, 6);
            for (int change = random.nextInt(1, 4); change > 0; change--) {
                // Most in front, where the lengths stand.
                int at = random.nextInt(random.nextBoolean() ? Math.min(bytes.length, 120) : bytes.length);
                bytes[at] = (byte) random.nextInt(256);
            }
            assertAgrees(bytes, "hello " + i);
        }
    }

    /** Byte by byte: no look changes its mind, and whoever waits for what is said to be needed waits for nothing in vain. */
    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23})
    void beginningOfAWholeHelloIsIncompleteAndAsksForNoMoreThanTheWhole(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        for (int i = 0; i < 60; i++) {
            byte[] bytes = HelloBuilder.splitAnywhere(
                    new HelloBuilder().serverName("a.example").keyShare(random.nextInt(1_500)).message(), random, 8);
            int least = 0;
            for (int length = 1; length < bytes.length; length++) {
                ClientHello hello = parse(bytes, length);
                assertThat(hello.kind()).as("hello %s, %s bytes", i, length).isEqualTo(ClientHello.Kind.INCOMPLETE);
                assertThat(hello.needed()).as("hello %s, %s bytes", i, length).isGreaterThan(length)
                        .isBetween(least, bytes.length);
                least = hello.needed();
            }
            assertThat(parse(bytes, bytes.length).name()).isEqualTo("a.example");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {31, 32, 33})
    void randomBytesNeverThrow(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        for (int i = 0; i < 30_000; i++) {
            byte[] bytes = bytes(random, random.nextInt(1, 200));
            if (random.nextBoolean()) {
                bytes[0] = 22;
                if (bytes.length > 5) {
                    bytes[1] = 3;
                    bytes[3] = 0;
                    bytes[5] = 1;
                }
            }
            assertAgrees(bytes, "bytes " + i);
        }
    }
}
