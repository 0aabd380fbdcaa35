package io.vipgate.proxyprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.linux.ClientAddress;
import io.vipgate.proxyprotocol.ReceivedHeader.Kind;
import io.vipgate.text.IpText;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers that the protocol's text names, in so many bytes; the rest of the grammar is {@link ProxyHeaderFuzzTest}'s. */
class ProxyHeaderParserTest {
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final String LONGEST = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
    /** At most so many looks at a header whose bytes come one by one; see {@link #lookedAtByteByByte}. */
    private static final int MAX_LOOKS = 48;

    private final ProxyHeaderParser parser = new ProxyHeaderParser();

    private ReceivedHeader parse(byte[] bytes) {
        return parser.parse(MemorySegment.ofArray(bytes), bytes.length);
    }

    private static byte[] line(String text) {
        return text.replace("\\r", "\r").replace("\\n", "\n").replace("\\t", "\t")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] binary(String hex) {
        return HexFormat.of().parseHex(SIGNATURE + hex.replace(" ", ""));
    }

    private static byte[] join(byte[] first, String second) {
        return ByteBuffer.allocate(first.length + second.length()).put(first)
                .put(second.getBytes(StandardCharsets.US_ASCII)).array();
    }

    private static String text(ClientAddress address) {
        return IpText.of(ClientAddress.toInetAddress(address.high(), address.low())) + " " + address.port();
    }

    /** As the receiver looks: once at the first byte, then whenever as many have come as the look before asked for. */
    private int lookedAtByteByByte(byte[] header, String payload) {
        byte[] all = join(header, payload);
        int looks = 1;
        int come = 1;
        ReceivedHeader found = parser.parse(MemorySegment.ofArray(all), come);
        while (found.kind() == Kind.INCOMPLETE) {
            assertThat(found.needed()).isGreaterThan(come);
            come = found.needed();
            assertThat(come).as("asked for no byte of the payload").isLessThanOrEqualTo(header.length);
            found = parser.parse(MemorySegment.ofArray(all), come);
            looks++;
        }
        assertThat(found.kind()).as(found.fault()).isNotEqualTo(Kind.INVALID);
        assertThat(found.length()).isEqualTo(header.length);
        return looks;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "TCP4 192.168.0.1 192.168.0.11 56324 443        | 192.168.0.1 56324 | 192.168.0.11 443",
        "TCP4 255.255.255.255 0.0.0.0 65535 0           | 255.255.255.255 65535 | 0.0.0.0 0",
        "TCP6 2001:db8::1 2001:DB8::2 1 2               | 2001:db8::1 1 | 2001:db8::2 2",
        "TCP6 ::ffff:192.0.2.7 ::ffff:c000:0208 1 2     | 192.0.2.7 1 | 192.0.2.8 2",
        "TCP6 ::1 :: 0 65535                            | ::1 0 | :: 65535",
        "TCP6 1:2:3:4:5:6:7:8 0001::0002 10 20          | 1:2:3:4:5:6:7:8 10 | 1::2 20",
        "TCP6 1:2:3:4:5:6:192.0.2.7 64:ff9b::192.0.2.8 1 2 | 1:2:3:4:5:6:c000:207 1 | 64:ff9b::c000:208 2",
    })
    void lineConveysBothAddresses(String words, String source, String destination) {
        byte[] header = line("PROXY " + words + "\r\n");
        ReceivedHeader found = parse(join(header, "PROXY TCP4 "));
        assertThat(found.kind()).as(found.fault()).isEqualTo(Kind.PROXIED);
        assertThat(found.version()).isEqualTo(ProxyHeader.Version.V1);
        assertThat(found.length()).as("a second header is payload").isEqualTo(header.length);
        assertThat(text(found.source())).isEqualTo(source);
        assertThat(text(found.destination())).isEqualTo(destination);
        assertThat(found.tlvs().byteSize()).isZero();
        assertThat(lookedAtByteByByte(header, "GET /")).isLessThanOrEqualTo(MAX_LOOKS);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "PROXY UNKNOWN\\r\\n", "PROXY UNKNOWN \\r\\n", "PROXY UNKNOWN 1 2 3 4 5 6\\r\\n",
        "PROXY UNKNOWN \\t\\0 x  y\\r\\n",
        "PROXY UNKNOWN " + LONGEST + " " + LONGEST + " 65535 65535\\r\\n",
    })
    void unknownIsThePeer(String text) {
        byte[] header = line(text);
        ReceivedHeader found = parse(join(header, "x\r\n"));
        assertThat(found.kind()).as(found.fault()).isEqualTo(Kind.LOCAL);
        assertThat(found.length()).isEqualTo(header.length);
        assertThat(lookedAtByteByByte(header, "GET /")).isLessThanOrEqualTo(MAX_LOOKS);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "GET / HTTP/1.1\\r\\n", "BOGUS\\r\\n", "proxy TCP4 1.2.3.4 2.3.4.5 1 2\\r\\n",
        " PROXY TCP4 1.2.3.4 2.3.4.5 1 2\\r\\n",
        "PING TCP4 1.2.3.4 2.3.4.5 1 2\\r\\n", "PROXY\\r\\n", "PROXY \\r\\n", "PROXY\\tTCP4 1.2.3.4 2.3.4.5 1 2\\r\\n",
        "PROXY  TCP4 1.2.3.4 2.3.4.5 1 2\\r\\n", "PROXY TCP4  1.2.3.4 2.3.4.5 1 2\\r\\n",
        "PROXY TCP4 1.2.3.4  2.3.4.5 1 2\\r\\n", "PROXY TCP4 1.2.3.4 2.3.4.5 1  2\\r\\n",
        "PROXY TCP4 1.2.3.4 2.3.4.5 1 2 \\r\\n", "PROXY TCP4 1.2.3.4 2.3.4.5 1 2\\t\\r\\n",
        "PROXY TCP4\\t1.2.3.4\\t2.3.4.5\\t1\\t2\\r\\n", "PROXY TCP4 1.2.3.4 2.3.4.5 1 2\\n",
        "PROXY TCP4 1.2.3.4 2.3.4.5 1 2\\r\\r\\n",
        "PROXY TCP4 1.2.3.4 2.3.4.5 1 2\\rGET\\r\\n", "PROXY TCP4 1.2.3.4 2.3.4.5 1\\r\\n",
        "PROXY TCP4 1.2.3.4 2.3.4.5\\r\\n",
        "PROXY TCP4 1.2.3.4\\r\\n", "PROXY TCP4\\r\\n", "PROXY TCP4 1.2.3.4 2.3.4.5 1 2 3\\r\\n",
        "PROXY TCP4 1.2.3.4 2.3.4.5 65536 1\\r\\n", "PROXY TCP4 1.2.3.4 2.3.4.5 1 99999999999\\r\\n",
        "PROXY TCP4 1.2.3.4 2.3.4.5 01 2\\r\\n", "PROXY TCP4 1.2.3.4 2.3.4.5 +1 2\\r\\n",
        "PROXY TCP4 1.2.3.4 2.3.4.5 -1 2\\r\\n",
        "PROXY TCP4 1.2.3.04 2.3.4.5 1 2\\r\\n", "PROXY TCP4 1.2.3.256 2.3.4.5 1 2\\r\\n",
        "PROXY TCP4 1.2.3 2.3.4.5 1 2\\r\\n",
        "PROXY TCP4 1.2.3.4.5 2.3.4.5 1 2\\r\\n", "PROXY TCP4 ::1 ::2 1 2\\r\\n",
        "PROXY TCP4 ::ffff:1.2.3.4 2.3.4.5 1 2\\r\\n",
        "PROXY TCP4 0x1.2.3.4 2.3.4.5 1 2\\r\\n", "PROXY TCP4 16909060 2.3.4.5 1 2\\r\\n",
        "PROXY TCP4 localhost 2.3.4.5 1 2\\r\\n",
        "PROXY TCP4 0.0.0.0 2.3.4.5 1 2\\r\\n", "PROXY TCP4 224.0.0.1 2.3.4.5 1 2\\r\\n",
        "PROXY TCP6 1.2.3.4 2.3.4.5 1 2\\r\\n", "PROXY TCP6 [::1] [::2] 1 2\\r\\n",
        "PROXY TCP6 fe80::1%lo ::2 1 2\\r\\n",
        "PROXY TCP6 ::1::2 ::3 1 2\\r\\n", "PROXY TCP6 12345::1 ::2 1 2\\r\\n",
        "PROXY TCP6 1:2:3:4:5:6:7 ::2 1 2\\r\\n",
        "PROXY TCP6 1:2:3:4:5:6:7:8:9 ::2 1 2\\r\\n", "PROXY TCP6 g::1 ::2 1 2\\r\\n",
        "PROXY TCP6 ::ffff:1.2.3.04 ::2 1 2\\r\\n",
        "PROXY TCP6 :: ::2 1 2\\r\\n", "PROXY TCP6 ff02::1 ::2 1 2\\r\\n", "PROXY TCP6 ::ffff:0.0.0.0 ::2 1 2\\r\\n",
        "PROXY TCP6 ::ffff:224.0.0.1 ::2 1 2\\r\\n",
        "PROXY UDP4 1.2.3.4 2.3.4.5 1 2\\r\\n", "PROXY UDP6 ::1 ::2 1 2\\r\\n", "PROXY TCP7 1.2.3.4 2.3.4.5 1 2\\r\\n",
        "PROXY tcp4 1.2.3.4 2.3.4.5 1 2\\r\\n", "PROXY unknown\\r\\n", "PROXY UNKNOWNS\\r\\n", "PROXY UNKNOWN\\n",
        "PROXY UNKNOWN\\rX\\r\\n",
    })
    void anyOtherLineIsInvalid(String text) {
        ReceivedHeader found = parse(line(text));
        assertThat(found.kind()).isEqualTo(Kind.INVALID);
        assertThat(found.fault()).isNotEmpty().isPrintable();
        assertThat(found.length()).isZero();
    }

    @Test
    void lineEndsWithin107Bytes() {
        String longest = "PROXY UNKNOWN " + "x".repeat(91) + "\r\n";
        assertThat(parse(line(longest)).length()).isEqualTo(107);
        assertThat(parse(line(longest.replace("x\r", "xx\r"))).kind()).isEqualTo(Kind.INVALID);
        byte[] endless = line("PROXY TCP4 1.2.3.4 2.3.4.5 100 100" + " ".repeat(256));
        assertThat(parse(Arrays.copyOf(endless, 106)).kind()).isEqualTo(Kind.INCOMPLETE);
        assertThat(parse(Arrays.copyOf(endless, 107)).kind()).isEqualTo(Kind.INVALID);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "21 11 000c c0a80001 c0a8000b dc04 01bb                 | 192.168.0.1 56324 | 192.168.0.11 443 | ''",
        "21 11 0014 7f000001 7f000001 002a 0539 02 0005 3132333435 | 127.0.0.1 42 | 127.0.0.1 1337 | 0200053132333435",
        "21 21 0024 20010db8000000000000000000000001 20010db8000000000000000000000002 dc04 01bb "
                + "| 2001:db8::1 56324 | 2001:db8::2 443 | ''",
        "21 21 0024 00000000000000000000ffffc6336407 20010db8000000000000000000000002 0000 ffff "
                + "| 198.51.100.7 0 | 2001:db8::2 65535 | ''",
        "21 11 0019 c0a80001 c0a8000b dc04 01bb 20 000a 01 00000000 21 0002 7631 | 192.168.0.1 56324 | 192.168.0.11 443 "
                + "| 20000a01000000002100027631",
        "21 11 000f c0a80001 c0a8000b dc04 01bb 04 0000         | 192.168.0.1 56324 | 192.168.0.11 443 | 040000",
    })
    void binaryConveysAddressesAndFields(String hex, String source, String destination, String tlvs) {
        byte[] header = binary(hex);
        ReceivedHeader found = parse(join(header, "\r\n\r\n"));
        assertThat(found.kind()).as(found.fault()).isEqualTo(Kind.PROXIED);
        assertThat(found.version()).isEqualTo(ProxyHeader.Version.V2);
        assertThat(found.length()).isEqualTo(header.length);
        assertThat(text(found.source())).isEqualTo(source);
        assertThat(text(found.destination())).isEqualTo(destination);
        assertThat(HexFormat.of().formatHex(found.tlvs().toArray(ValueLayout.JAVA_BYTE))).isEqualTo(tlvs);
        assertThat(lookedAtByteByByte(header, "GET /")).isLessThanOrEqualTo(3);
    }

    /** 84 bytes: what AWS NLB's health checks send. */
    @ParameterizedTest
    @ValueSource(strings = {
        "20 00 0000", "20 11 0000", "20 11 000c c0a80001 c0a8000b dc04 01bb", "20 ff 0001 00", "21 00 0000",
        "21 00 0003 ffffff",
        "20 11 0054 03 0004 a9b87f8f 04 004a 00000000000000000000000000000000000000000000000000000000000000000000000000"
                + "00000000000000000000000000000000000000000000000000000000000000000000000000",
    })
    void localAndUnspecifiedAreThePeer(String hex) {
        byte[] header = binary(hex);
        ReceivedHeader found = parse(join(header, "x"));
        assertThat(found.kind()).as(found.fault()).isEqualTo(Kind.LOCAL);
        assertThat(found.length()).isEqualTo(header.length);
        assertThat(found.tlvs().byteSize()).isZero();
        assertThat(lookedAtByteByByte(header, "GET /")).isLessThanOrEqualTo(3);
    }

    @Test
    void unixSocketIsThePeer() {
        ReceivedHeader found = parse(binary("21 31 00d8" + "2f".repeat(216)));
        assertThat(found.kind()).isEqualTo(Kind.LOCAL);
        assertThat(found.length()).isEqualTo(232);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "11", "31", "01", "22", "23", "29", "2f", "21 12", "21 22", "21 32", "21 10", "21 20", "21 30", "21 01",
        "21 02", "21 13",
        "21 41", "21 ff", "21 11 000b", "21 11 0004", "21 21 0023", "21 31 00d7", "21 11 4001", "20 00 4001",
        "21 00 ffff",
        "21 11 000c 00000000 c0a8000b dc04 01bb", "21 11 000c e0000001 c0a8000b dc04 01bb",
        "21 21 0024 00000000000000000000ffff00000000 20010db8000000000000000000000002 dc04 01bb",
        "21 11 000d c0a80001 c0a8000b dc04 01bb 04", "21 11 000e c0a80001 c0a8000b dc04 01bb 0400",
        "21 11 000f c0a80001 c0a8000b dc04 01bb 04 0001", "21 11 0010 c0a80001 c0a8000b dc04 01bb 04 0002 00",
        "21 11 0013 c0a80001 c0a8000b dc04 01bb 03 0004 00000000", "21 11 000f c0a80001 c0a8000b dc04 01bb 03 0000",
        "21 11 0014 c0a80001 c0a8000b dc04 01bb 03 0005 0000000000",
        "21 11 0013 c0a80001 c0a8000b dc04 01bb 20 0004 01000000",
        "21 11 0018 c0a80001 c0a8000b dc04 01bb 20 0009 01 00000000 21 0002 76",
    })
    void anyOtherBinaryHeaderIsInvalid(String hex) {
        ReceivedHeader found = parse(binary(hex));
        assertThat(found.kind()).isEqualTo(Kind.INVALID);
        assertThat(found.fault()).isNotEmpty().isPrintable();
    }

    @Test
    void checksumIsOfTheWholeHeader() {
        byte[] header = binary("21 11 001c c0a80001 c0a8000b dc04 01bb 03 0004 00000000 ea 0006 011234567890");
        ByteBuffer.wrap(header).putInt(31, NaiveProxyHeader.crc(header, 31));
        assertThat(parse(header).kind()).isEqualTo(Kind.PROXIED);
        header[header.length - 1]++;
        assertThat(parse(header).fault()).contains("checksum");
    }

    @Test
    void fieldsNestedDeepAreNotFollowed() {
        byte[] header = new byte[16 + 12 + 8 * 2000];
        ByteBuffer.wrap(header).put(binary("21 11")).putShort((short) (header.length - 16)).put(new byte[]{1, 2, 3, 4})
                .position(28);
        for (int at = 28; at < header.length; at += 8) {
            ByteBuffer.wrap(header).put(at, (byte) 0x20).putShort(at + 1, (short) (header.length - at - 3));
        }
        assertThat(parse(header).kind()).isEqualTo(Kind.PROXIED);
    }

    @Test
    void longestHeaderIsRead() {
        byte[] header = new byte[ProxyHeaderParser.MAX_BYTES];
        ByteBuffer.wrap(header).put(binary("21 11 4000 c0a80001 c0a8000b dc04 01bb 04"))
                .putShort((short) (0x4000 - 15));
        assertThat(parse(header).kind()).isEqualTo(Kind.PROXIED);
        assertThat(parse(Arrays.copyOf(header, header.length - 1)).needed()).isEqualTo(header.length);
    }
}
