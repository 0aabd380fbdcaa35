package io.vipgate.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link ClientAddress} and {@link NativeSocketAddress}. */
class AddressesTest {
    private final ClientAddress client = new ClientAddress();

    private static NativeSocketAddress encoded(String address, int port) {
        return NativeSocketAddress.of(new InetSocketAddress(InetAddress.ofLiteral(address), port));
    }

    private static String hex(NativeSocketAddress address) {
        return HexFormat.of().formatHex(address.memory().toArray(ValueLayout.JAVA_BYTE));
    }

    @Test
    void anIpv4AddressIsEncodedAsTheKernelReadsIt() {
        NativeSocketAddress address = encoded("203.0.113.7", 8080);

        assertThat(hex(address)).isEqualTo("0200" + "1f90" + "cb007107" + "0000000000000000");
        assertThat(address.family()).isEqualTo(SystemCalls.AF_INET);
        assertThat(address.address()).isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("203.0.113.7"), 8080));
    }

    @Test
    void anIpv6AddressIsEncodedAsTheKernelReadsIt() {
        NativeSocketAddress address = encoded("2001:db8::a1", 443);

        assertThat(hex(address))
                .isEqualTo("0a00" + "01bb" + "00000000" + "20010db80000000000000000000000a1" + "00000000");
        assertThat(address.family()).isEqualTo(SystemCalls.AF_INET6);
    }

    @Test
    void theScopeOfALinkLocalAddressIsEncoded() throws UnknownHostException {
        byte[] bytes = InetAddress.ofLiteral("fe80::1").getAddress();

        NativeSocketAddress address = NativeSocketAddress
                .of(new InetSocketAddress(Inet6Address.getByAddress(null, bytes, 5), 80));

        assertThat(hex(address)).endsWith("05000000");
    }

    @Test
    void aNameThatIsNotResolvedIsRefused() {
        InetSocketAddress unresolved = InetSocketAddress.createUnresolved("nginx.example", 80);

        assertThatThrownBy(() -> NativeSocketAddress.of(unresolved)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nginx.example");
    }

    @ParameterizedTest
    @CsvSource({"203.0.113.7, 0, 0000ffffcb007107", "255.255.255.255, 0, 0000ffffffffffff",
        "2001:db8:1:2:3:4:5:6, 20010db800010002, 0003000400050006", "::1, 0, 1", "::, 0, 0"})
    void anAddressIsReadFromTheKernelsForm(String address, String high, String low) {
        client.read(encoded(address, 65_535).memory());

        assertThat(client.high()).isEqualTo(Long.parseUnsignedLong(high, 16));
        assertThat(client.low()).isEqualTo(Long.parseUnsignedLong(low, 16));
        assertThat(client.port()).isEqualTo(65_535);
        assertThat(ClientAddress.toInetAddress(client.high(), client.low())).isEqualTo(InetAddress.ofLiteral(address));
    }

    @Test
    void anIpv4ClientOfAnIpv6SocketLooksLikeOneOfAnIpv4Socket() {
        // given what a dual-stack socket says of 203.0.113.7
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mapped = arena.allocate(28, 8);
            MemorySegment.copy(HexFormat.of().parseHex("0a001f90" + "00000000" + "00000000000000000000ffffcb007107"), 0,
                    mapped, ValueLayout.JAVA_BYTE, 0, 24);

            // when
            client.read(mapped);
        }

        // then
        ClientAddress direct = new ClientAddress();
        direct.read(encoded("203.0.113.7", 8080).memory());
        assertThat(client.high()).isEqualTo(direct.high());
        assertThat(client.low()).isEqualTo(direct.low());
        assertThat(client.port()).isEqualTo(direct.port());
        assertThat(ClientAddress.toInetAddress(client.high(), client.low())).isInstanceOf(Inet4Address.class);
    }

    @Test
    void anUnknownFamilyBecomesTheUnspecifiedAddress() {
        client.set(1, 2, 3);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment local = arena.allocate(110, 8);
            local.set(ValueLayout.JAVA_SHORT, 0, (short) 1);

            client.read(local);
        }

        assertThat(client.high()).isZero();
        assertThat(client.low()).isZero();
        assertThat(client.port()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "127.0.0.1", "0.0.0.0", "2001:db8::1", "::1", "fe80::1"})
    void aJavaAddressSetsTheSameFieldsAsTheKernelsForm(String address) {
        ClientAddress read = new ClientAddress();
        read.read(encoded(address, 1234).memory());

        client.set(InetAddress.ofLiteral(address), 1234);

        assertThat(client.high()).isEqualTo(read.high());
        assertThat(client.low()).isEqualTo(read.low());
        assertThat(client.port()).isEqualTo(1234);
    }

    @ParameterizedTest
    @CsvSource({"0, 0000ffff01020304, true", "0, 0000ffff00000000, true", "0, 0000fffe01020304, false",
        "1, 0000ffff01020304, false", "0, 1, false", "0, ffffffff01020304, false"})
    void onlyTheMappedPrefixIsIpv4(String high, String low, boolean expected) {
        assertThat(ClientAddress.isIpv4(Long.parseUnsignedLong(high, 16), Long.parseUnsignedLong(low, 16)))
                .isEqualTo(expected);
    }
}
