package io.vipgate.config;

import io.vipgate.text.IpText;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScalarTypesTest {
    private static Object read(Class<?> type, String text) {
        try {
            return ScalarTypes.of(type).read(text);
        } catch (BadValueException e) {
            throw new IllegalArgumentException(e.rule(), e);
        }
    }

    private static void refuses(Class<?> type, String text, String rule) {
        assertThatThrownBy(() -> read(type, text)).as(text).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(rule);
    }

    @ParameterizedTest
    @CsvSource({"0s, PT0S", "0ms, PT0S", "500ms, PT0.5S", "2s, PT2S", "10m, PT10M", "1h, PT1H", "8760h, PT8760H"})
    void durationsCarryAUnit(String text, Duration expected) {
        assertThat(read(Duration.class, text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"0, a duration needs a unit", "30, 'a duration needs a unit, for example 500ms or 2s'",
        "1.5, needs a unit",
        "1.5s, a whole number with the unit", "010s, a whole number with the unit", "-1s, a whole number with the unit",
        "10 s, a whole number", "2d, a whole number", "9000h, at most 8760h", "99999999999s, a whole number",
        "'', a whole number"})
    void otherDurationsAreRefused(String text, String rule) {
        refuses(Duration.class, text, rule);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "1ms", "1500ms", "90s", "10m", "1h", "36h"})
    void durationsArePrintedInTheLargestUnitThatFits(String text) {
        assertThat(ScalarTypes.DURATIONS.write(read(Duration.class, text))).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"010, without leading zeros", "-0, without leading zeros", "1_000, a whole number",
        "0x10, a whole number",
        "1.0, a whole number", "+5, a whole number", "2147483648, up to 2147483647",
        "99999999999999999999, up to 2147483647",
        "'', a whole number", "twelve, a whole number", "12:30, a whole number"})
    void wholeNumbersArePlainDigits(String text, String rule) {
        refuses(int.class, text, rule);
    }

    @Test
    void aRangeHoldsBothItsEnds() throws BadValueException {
        ScalarType<Integer> weight = ScalarTypes.INTEGER.within("0", "256");

        assertThat(weight.read("0")).isZero();
        assertThat(weight.read("256")).isEqualTo(256);
        assertThatThrownBy(() -> weight.read("257")).hasMessage("expected: 0 to 256");
        assertThatThrownBy(() -> weight.read("-1")).hasMessage("expected: 0 to 256");
        assertThatThrownBy(() -> ScalarTypes.INTEGER.within("1", "").read("0")).hasMessage("expected: at least 1");
        assertThatThrownBy(() -> ScalarTypes.DURATIONS.within("", "1h").read("61m")).hasMessage("expected: at most 1h");
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "no", "on", "off", "True", "1", "FALSE"})
    void booleansAreTrueOrFalseOnly(String text) {
        assertThat(read(boolean.class, "true")).isEqualTo(true);
        assertThat(read(boolean.class, "false")).isEqualTo(false);
        refuses(boolean.class, text, "true or false, written just so");
    }

    @ParameterizedTest
    @CsvSource({"10 %, 0.1", "10%, 0.1", "0 %, 0.0", "12.5 %, 0.125"})
    void sharesAreWrittenInPercent(String text, double share) throws BadValueException {
        assertThat(ScalarTypes.PERCENT.read(text)).isEqualTo(share);
        assertThat(ScalarTypes.PERCENT.read(ScalarTypes.PERCENT.write(share))).isEqualTo(share);
        assertThatThrownBy(() -> ScalarTypes.PERCENT.read("0.1")).hasMessageContaining("written in percent");
        assertThatThrownBy(() -> ScalarTypes.PERCENT.read("%")).hasMessageContaining("a share in percent");
    }

    @Test
    void enumsAreWrittenWithHyphens() {
        assertThat(read(BalanceRule.class, "power-of-two")).isEqualTo(BalanceRule.POWER_OF_TWO);
        assertThat(read(ProxyProtocol.class, "v2")).isEqualTo(ProxyProtocol.V2);
        refuses(BalanceRule.class, "roundrobin", "did you mean 'round-robin'?");
        refuses(BalanceRule.class, "RANDOM", "one of random, weighted-random, power-of-two");
    }

    @ParameterizedTest
    @CsvSource({"203.0.113.1:80, 203.0.113.1:80", "[2001:db8:0:0::1]:80, [2001:db8::1]:80", ":80, :80",
        "0.0.0.0:0, 0.0.0.0:0",
        "[::]:65535, [::]:65535", "[FE80:0::1%lo]:80, [fe80::1%lo]:80", "[fe80::1%nosuch0]:80, [fe80::1%nosuch0]:80",
        "[fe80::1%999999]:80, [fe80::1%999999]:80"})
    void bindAddressesPrintAsTheyAreWritten(String text, String printed) {
        assertThat(read(BindAddress.class, text)).hasToString(printed);
        assertThat(read(BindAddress.class, printed)).isEqualTo(read(BindAddress.class, text));
    }

    @Test
    void aBindAddressWithoutAddressIsEveryAddress() {
        assertThat(read(BindAddress.class, ":80")).isEqualTo(new BindAddress(Optional.empty(), 80));
        assertThat(read(BindAddress.class, "[::]:80"))
                .isEqualTo(new BindAddress(Optional.of(InetAddress.ofLiteral("::")), 80));
    }

    @ParameterizedTest
    @CsvSource({"80, the port is missing", "203.0.113.1, the port is missing", "203.0.113.1:, the port 0 to 65535",
        "203.0.113.1:65536, the port 0 to 65535", "203.0.113.1:080, the port 0 to 65535", "203.0.113.1:http, the port",
        "2001:db8::1:80, in brackets and quotes", "[2001:db8::1], the port is missing",
        "[203.0.113.1]:80, an address and a port",
        "localhost:80, a name cannot be bound", "256.0.0.1:80, an address and a port",
        "1.2.3:80, an address and a port",
        "[fe80::1]:80, the interface of a link-local address",
        "[2001:db8::1%lo]:80, an interface only with a link-local",
        "[fe80::1%]:80, an address and a port", "[fe80::1%a b]:80, an address and a port",
        "192.0.2.1%lo:80, an address and a port", "[]:80, an address and a port",
        "203.0.113.01:80, an address and a port",
        "'', the port is missing"})
    void otherBindAddressesAreRefused(String text, String rule) {
        refuses(BindAddress.class, text, rule);
    }

    @Test
    void aZoneIsAnInterfaceByNameOrNumber() throws Exception {
        int loopback = NetworkInterface.getByName("lo").getIndex();
        for (String zone : List.of("lo", Integer.toString(loopback))) {
            EndpointAddress address = (EndpointAddress) read(EndpointAddress.class, "[fe80::1%" + zone + "]:80");
            assertThat(address.literal()).hasValueSatisfying(
                    found -> assertThat(((Inet6Address) found).getScopeId()).isEqualTo(loopback));
            assertThat(address).hasToString("[fe80::1%lo]:80");
            assertThat(address.zone()).isEqualTo("lo");
        }
        assertThat(read(BindAddress.class, "[fe80::1%" + loopback + "]:80")).as("one zone in two spellings")
                .isEqualTo(read(BindAddress.class, "[fe80::1%lo]:80"));
        assertThat(read(EndpointAddress.class, "[fe80::1%eth0]:80"))
                .isNotEqualTo(read(EndpointAddress.class, "[fe80::1%eth1]:80"));
        assertThat(read(BindAddress.class, "[fe80::1%eth0]:80"))
                .isNotEqualTo(read(BindAddress.class, "[fe80::1%eth1]:80"));
        refuses(InetAddress.class, "fe80::1%nosuch0", "an interface of this machine behind %");
    }

    @Test
    void anEndpointIsAnAddressOrAName() {
        assertThat(read(EndpointAddress.class, "192.168.1.100:80"))
                .isEqualTo(
                        new EndpointAddress("192.168.1.100", Optional.of(InetAddress.ofLiteral("192.168.1.100")), 80));
        assertThat(read(EndpointAddress.class, "[2001:DB8::1]:80")).hasToString("[2001:db8::1]:80");
        assertThat(read(EndpointAddress.class, "web.example:80"))
                .isEqualTo(new EndpointAddress("web.example", Optional.empty(), 80)).hasToString("web.example:80");
    }

    @ParameterizedTest
    @ValueSource(strings = {":80", "web.example:0", "web.example", "300.1.1.1:80", "-web:80", "we b:80",
        "http://web:80",
        "2001:db8::1:80", "[web]:80", "[10.0.0.1]:80", "web.example:80:81", "10.0.0.1:70000"})
    void otherEndpointsAreRefused(String text) {
        refuses(EndpointAddress.class, text, "expected: ");
    }

    @ParameterizedTest
    @CsvSource({"2001:db8:0:0:0:0:0:1, 2001:db8::1", "::, ::", "::1, ::1", "1:0:0:2:0:0:0:3, 1:0:0:2::3",
        "1:0:2:3:4:5:6:7, 1:0:2:3:4:5:6:7",
        "1:2:3:4:5:6:0:0, 1:2:3:4:5:6::", "192.0.2.1, 192.0.2.1", "::ffff:192.0.2.1, 192.0.2.1"})
    void addressesArePrintedAsRfc5952Asks(String text, String printed) {
        assertThat(IpText.of((InetAddress) read(InetAddress.class, text))).isEqualTo(printed);
    }

    @Test
    void escapesAreThoseOfC() {
        EscapedText text = (EscapedText) read(EscapedText.class, "GET\\r\\n\\t\\0\\xfF\\\\\\\"é");

        assertThat(text.bytes()).isEqualTo("GET\r\n\t\0\u00ff\\\"Ã©".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(new EscapedText("").isEmpty()).isTrue();
        refuses(EscapedText.class, "\\q", "after a backslash one of");
        refuses(EscapedText.class, "end\\", "after a backslash one of");
        refuses(EscapedText.class, "\\x1", "two hexadecimal digits");
        refuses(EscapedText.class, "\\xg1", "two hexadecimal digits");
    }

    @Test
    void statusRangesHoldBothEnds() {
        StatusRanges ranges = (StatusRanges) read(StatusRanges.class, "200, 204,300-399");

        assertThat(ranges).hasToString("200,204,300-399");
        assertThat(List.of(200, 204, 300, 399)).allMatch(ranges::contains);
        assertThat(List.of(199, 201, 299, 400)).noneMatch(ranges::contains);
        for (String bad : new String[]{"", "200,", "99", "600", "399-300", "2xx", "200-"}) {
            refuses(StatusRanges.class, bad, "status codes 100 to 599");
        }
    }

    @Test
    void textAndPathsHaveNoControlCharacters() {
        refuses(String.class, "a\u0000b", "without control characters");
        refuses(java.nio.file.Path.class, "a\u0000b", "without control characters");
        refuses(java.nio.file.Path.class, " ", "a file's path");
    }
}
