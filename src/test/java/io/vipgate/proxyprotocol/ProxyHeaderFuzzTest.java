package io.vipgate.proxyprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.linux.ClientAddress;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random headers, valid ones and mutations of them, read by {@link ProxyHeaderParser} and by a second, plain reading of the
 * protocol's text. {@code -Dvipgate.headers} sets how many, {@code -Dvipgate.seed} the first one's seed.
 */
class ProxyHeaderFuzzTest {
    private static final int HEADERS = Integer.getInteger("vipgate.headers", 60_000);
    private static final long SEED = Long.getLong("vipgate.seed", 1);
    private static final byte[] SIGNATURE = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a");

    private final ProxyHeaderParser parser = new ProxyHeaderParser();

    @Test
    void bothReadingsAgree() {
        int whole = 0;
        for (int i = 0; i < HEADERS; i++) {
            byte[] bytes = bytes(new Random(SEED + i));
            Optional<NaiveProxyHeader> expected = NaiveProxyHeader.of(bytes);
            assertThat(read(bytes, bytes.length)).as("seed %d: %s", SEED + i, HexFormat.of().formatHex(bytes))
                    .isEqualTo(expected);
            whole += expected.isPresent() ? 1 : 0;
        }
        assertThat(whole).as("headers that are valid").isBetween(HEADERS / 4, HEADERS * 3 / 4);
    }

    @Test
    void everyPartOfAHeaderSaysHowMuchIsMissingAndNothingElse() {
        for (int i = 0; i < HEADERS / 60; i++) {
            byte[] bytes = bytes(new Random(SEED + i));
            Optional<NaiveProxyHeader> expected = NaiveProxyHeader.of(bytes);
            boolean isOver = false;
            for (int length = 1; length <= bytes.length && !isOver; length++) {
                // Behind what has come there lies what another connection has left there.
                ReceivedHeader part = parser.parse(MemorySegment.ofArray(bytes), length);
                String about = "seed " + (SEED + i) + ", " + length + " of " + HexFormat.of().formatHex(bytes);
                switch (part.kind()) {
                    case INCOMPLETE -> assertThat(part.needed()).as(about).isGreaterThan(length)
                            .isLessThanOrEqualTo(expected.map(NaiveProxyHeader::length).orElse(Integer.MAX_VALUE));
                    case INVALID -> {
                        assertThat(expected).as(about).isEmpty();
                        assertThat(part.fault()).as(about).isNotEmpty();
                        isOver = true;
                    }
                    default -> {
                        assertThat(read(bytes, length)).as(about).isEqualTo(expected);
                        isOver = true;
                    }
                }
            }
        }
    }

    /** What the parser makes of bytes behind which nothing follows. */
    private Optional<NaiveProxyHeader> read(byte[] bytes, int length) {
        if (length == 0) {
            return Optional.empty();
        }
        ReceivedHeader header = parser.parse(MemorySegment.ofArray(bytes), length);
        return switch (header.kind()) {
            case INCOMPLETE, INVALID -> Optional.empty();
            case LOCAL -> Optional.of(new NaiveProxyHeader(header.length(), "", ""));
            case PROXIED -> Optional.of(new NaiveProxyHeader(header.length(),
                    text(header.source()) + " " + text(header.destination()),
                    HexFormat.of().formatHex(header.tlvs().toArray(ValueLayout.JAVA_BYTE))));
        };
    }

    private static String text(ClientAddress address) {
        byte[] bytes = ClientAddress.toInetAddress(address.high(), address.low()).getAddress();
        return HexFormat.of().formatHex(bytes) + " " + address.port();
    }

    private static byte[] bytes(Random random) {
        byte[] header = random.nextBoolean() ? text(random) : binary(random);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(header);
        byte[] payload = new byte[random.nextInt(40)];
        random.nextBytes(payload);
        all.writeBytes(payload);
        byte[] bytes = all.toByteArray();
        for (int mutations = random.nextInt(3); mutations > 0; mutations--) {
            bytes = mutated(bytes, random);
        }
        return bytes;
    }

    private static byte[] mutated(byte[] bytes, Random random) {
        if (bytes.length == 0) {
            return bytes;
        }
        int at = random.nextInt(random.nextBoolean() ? bytes.length : Math.min(bytes.length, 64));
        return switch (random.nextInt(4)) {
            case 0 -> Arrays.copyOf(bytes, at);
            case 1 -> {
                byte[] changed = bytes.clone();
                changed[at] = (byte) (random.nextBoolean()
                        ? random.nextInt(256)
                        : " \r\n0:.1fF".charAt(random.nextInt(9)));
                yield changed;
            }
            case 2 -> ByteBuffer.allocate(bytes.length + 1).put(bytes, 0, at)
                    .put((byte) " \r\n0:.1fF".charAt(random.nextInt(9)))
                    .put(bytes, at, bytes.length - at).array();
            default -> ByteBuffer.allocate(bytes.length - 1).put(bytes, 0, at).put(bytes, at + 1, bytes.length - at - 1)
                    .array();
        };
    }

    private static byte[] text(Random random) {
        String line = switch (random.nextInt(4)) {
            case 0 -> "UNKNOWN" + (random.nextBoolean() ? "" : " ".repeat(random.nextInt(100)) + ipv6(random));
            case 1 -> "TCP6 " + ipv6(random) + " " + ipv6(random) + " " + port(random) + " " + port(random);
            default -> "TCP4 " + ipv4(random) + " " + ipv4(random) + " " + port(random) + " " + port(random);
        };
        return ("PROXY " + line + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static String ipv4(Random random) {
        return random.nextInt(256) + "." + random.nextInt(256) + "." + random.nextInt(256) + "." + random.nextInt(260);
    }

    private static String ipv6(Random random) {
        int groups = 1 + random.nextInt(9);
        int gap = random.nextInt(10);
        StringBuilder text = new StringBuilder(gap == 0 ? "::" : "");
        for (int i = 1; i <= groups; i++) {
            text.append(Integer.toHexString(random.nextInt(random.nextBoolean() ? 16 : 0x10000)));
            text.append(i == gap ? "::" : i < groups ? ":" : "");
        }
        return switch (random.nextInt(8)) {
            case 0 -> "::ffff:" + ipv4(random);
            case 1 -> List.of("::", "::1", "ff02::1", "1::", "2001:DB8::1", "::1.2.3", ":::1", "1:2:3:4:5:6:1.2.3.4")
                    .get(random.nextInt(8));
            default -> text.toString();
        };
    }

    private static String port(Random random) {
        return random.nextInt(20) == 0 ? "0" + random.nextInt(10) : Integer.toString(random.nextInt(66_000));
    }

    private static byte[] binary(Random random) {
        int command = List.of(0x20, 0x21, 0x21, 0x21, 0x21, 0x22, 0x31).get(random.nextInt(7));
        int family = List.of(0x11, 0x11, 0x11, 0x21, 0x21, 0x00, 0x31, 0x12, 0x22).get(random.nextInt(9));
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        byte[] addresses = new byte[switch (family) {
            case 0x11 -> 12;
            case 0x21 -> 36;
            case 0x31 -> 216;
            default -> random.nextInt(40);
        }];
        random.nextBytes(addresses);
        rest.writeBytes(addresses);
        int checksum = -1;
        for (int fields = random.nextInt(4); fields > 0; fields--) {
            int type = List.of(1, 2, 3, 4, 5, 0x20, 0xea, 0x30).get(random.nextInt(8));
            byte[] value = new byte[type == 3 ? 4 : random.nextInt(random.nextInt(50) == 0 ? 20_000 : 12)];
            random.nextBytes(value);
            if (type == 3) {
                checksum = 16 + rest.size() + 3;
            }
            if (type == 0x20 && random.nextInt(3) > 0) {
                value = ByteBuffer.allocate(13).put(new byte[5]).put((byte) 0x21).putShort((short) 5)
                        .put("TLSv1".getBytes(
                                StandardCharsets.US_ASCII))
                        .array();
            }
            rest.write(type);
            rest.write(value.length >> 8);
            rest.write(value.length);
            rest.writeBytes(value);
        }
        ByteBuffer all = ByteBuffer.allocate(16 + rest.size()).put(SIGNATURE).put((byte) command).put((byte) family)
                .putShort((short) rest.size()).put(rest.toByteArray());
        if (checksum > 0 && random.nextInt(4) > 0) {
            all.putInt(checksum, NaiveProxyHeader.crc(all.array(), checksum));
        }
        return all.array();
    }
}
