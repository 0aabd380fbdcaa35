package io.vipgate.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientPrefixTest {

    @ParameterizedTest
    @CsvSource({"203.0.113.77, 32, 203.0.113.77", "203.0.113.77, 31, 203.0.113.76", "203.0.113.77, 24, 203.0.113.0",
        "203.0.113.77, 23, 203.0.112.0", "203.0.113.77, 8, 203.0.0.0", "203.0.113.77, 1, 128.0.0.0",
        "203.0.113.77, 0, 0.0.0.0", "255.255.255.255, 32, 255.255.255.255"})
    void ipv4KeepsItsLeadingBitsAndItsMappedForm(String address, int bits, String expected) {
        // The IPv6 prefix, were it used, would leave nothing.
        assertThat(masked(new ClientPrefix(bits, 0), address)).isEqualTo(mappedHex(expected));
    }

    @ParameterizedTest
    @CsvSource({"2001:db8:1:2:3:4:5:6, 128, 2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:7, 127, 2001:db8:1:2:3:4:5:6",
        "2001:db8:1:2:3:4:5:6, 96, 2001:db8:1:2:3:4::", "2001:db8:1:2:3:4:5:6, 65, 2001:db8:1:2::",
        "2001:db8:1:2:8003:4:5:6, 65, 2001:db8:1:2:8000::", "2001:db8:1:2:3:4:5:6, 64, 2001:db8:1:2::",
        "2001:db8:1:3:3:4:5:6, 63, 2001:db8:1:2::", "2001:db8:1:2:3:4:5:6, 48, 2001:db8:1::",
        "2001:db8:1:2:3:4:5:6, 3, 2000::", "2001:db8:1:2:3:4:5:6, 1, ::", "2001:db8:1:2:3:4:5:6, 0, ::"})
    void ipv6KeepsItsLeadingBits(String address, int bits, String expected) {
        assertThat(masked(new ClientPrefix(0, bits), address)).isEqualTo(hex(expected));
    }

    @Test
    void anAddressThatOnlyResemblesAMappedOneIsIpv6() {
        assertThat(masked(new ClientPrefix(32, 64), "::fffe:1.2.3.4")).isEqualTo(hex("::"));
        assertThat(masked(new ClientPrefix(32, 64), "1::ffff:1.2.3.4")).isEqualTo(hex("1::"));
    }

    private static String masked(ClientPrefix prefix, String address) {
        ByteBuffer bytes = ByteBuffer.wrap(InetAddress.ofLiteral(address).getAddress());
        long high = bytes.remaining() == 4 ? 0 : bytes.getLong();
        long low = bytes.remaining() == 4
                ? 0xffff_0000_0000L | Integer.toUnsignedLong(bytes.getInt())
                : bytes.getLong();
        return String.format("%016x%016x", prefix.high(high, low), prefix.low(high, low));
    }

    private static String mappedHex(String ipv4) {
        return String.format("%016x0000ffff%08x", 0L,
                ByteBuffer.wrap(InetAddress.ofLiteral(ipv4).getAddress()).getInt());
    }

    private static String hex(String ipv6) {
        ByteBuffer bytes = ByteBuffer.wrap(InetAddress.ofLiteral(ipv6).getAddress());
        return String.format("%016x%016x", bytes.getLong(), bytes.getLong());
    }
}
