package io.vipgate.proxyprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.linux.ClientAddress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxyHeaderTest {
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

    private final ProxyHeader header = new ProxyHeader();

    private byte[] build(ProxyHeader.Version version, String source, int sourcePort, String destination,
            int destinationPort) {
        int length = header.build(version, address(source, sourcePort), address(destination, destinationPort));
        return MemorySegment.ofAddress(header.address()).reinterpret(length).toArray(ValueLayout.JAVA_BYTE);
    }

    private static ClientAddress address(String text, int port) {
        ClientAddress address = new ClientAddress();
        address.set(InetAddress.ofLiteral(text), port);
        return address;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "198.51.100.7 | 203.0.113.1 | PROXY TCP4 198.51.100.7 203.0.113.1 56324 443",
        "2001:db8::7  | 2001:db8::1 | PROXY TCP6 2001:db8::7 2001:db8::1 56324 443",
        "198.51.100.7 | 2001:db8::1 | PROXY TCP6 ::ffff:198.51.100.7 2001:db8::1 56324 443",
    })
    void versionOneIsALineOfText(String source, String destination, String expected) {
        assertThat(new String(build(ProxyHeader.Version.V1, source, 56_324, destination, 443),
                StandardCharsets.US_ASCII)).isEqualTo(expected + "\r\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "198.51.100.7 | 203.0.113.1 | 21 11 000c c6336407 cb007101 dc04 01bb",
        "2001:db8::7  | 2001:db8::1 | 21 21 0024 20010db8000000000000000000000007 "
                + "20010db8000000000000000000000001 dc04 01bb",
        "198.51.100.7 | 2001:db8::1 | 21 21 0024 00000000000000000000ffffc6336407 "
                + "20010db8000000000000000000000001 dc04 01bb",
    })
    void versionTwoIsBinary(String source, String destination, String expected) {
        assertThat(HexFormat.of().formatHex(build(ProxyHeader.Version.V2, source, 56_324, destination, 443)))
                .isEqualTo(SIGNATURE + expected.replace(" ", ""));
    }

    @ParameterizedTest
    @CsvSource({"V1", "V2"})
    void longestHeaderFits(ProxyHeader.Version version) {
        String longest = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
        assertThat(build(version, longest, 65_535, longest, 65_535).length).isLessThanOrEqualTo(107);
    }

    @Test
    void aHeaderNeverGetsLongerThanTheNextGatewayTakes() {
        header.build(ProxyHeader.Version.V2, address("2001:db8::7", 1), address("2001:db8::1", 2));
        int room = ProxyHeaderParser.MAX_BYTES - header.length() - Fields.HEAD_BYTES;

        header.add(TlvTypes.AWS, MemorySegment.ofArray(new byte[room + 1]));
        assertThat(header.length()).as("there is no room for it").isEqualTo(52);
        header.add(TlvTypes.AWS, MemorySegment.ofArray(new byte[room]));
        assertThat(header.addChecksum()).as("there is none for a checksum").isEqualTo(ProxyHeaderParser.MAX_BYTES);

        MemorySegment whole = MemorySegment.ofAddress(header.address()).reinterpret(header.length());
        ReceivedHeader read = new ProxyHeaderParser().parse(whole, header.length());
        assertThat(read.kind()).as(read.fault()).isEqualTo(ReceivedHeader.Kind.PROXIED);
        assertThat(read.length()).isEqualTo(ProxyHeaderParser.MAX_BYTES);
    }
}
