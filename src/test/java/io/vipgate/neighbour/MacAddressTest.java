package io.vipgate.neighbour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MacAddressTest {
    @ParameterizedTest
    @CsvSource({
        "0242c0a80164, 02:42:c0:a8:01:64, false",
        "00005e000133, 00:00:5e:00:01:33, true",
        "00005e0001ff, 00:00:5e:00:01:ff, true",
        "00005e000201, 00:00:5e:00:02:01, true",
        "00005e000301, 00:00:5e:00:03:01, false",
        "01005e000101, 01:00:5e:00:01:01, false",
        "fffffffffffe, ff:ff:ff:ff:ff:fe, false"})
    void isWrittenInBytesAndKnowsTheOnesOfVrrp(String hex, String text, boolean isVirtual) {
        MacAddress mac = new MacAddress(Long.parseLong(hex, 16));

        assertThat(mac).hasToString(text);
        assertThat(mac.isVirtual()).isEqualTo(isVirtual);
    }

    @ParameterizedTest
    @CsvSource({"000000000000, false", "ffffffffffff, false", "03bf0a000001, false", "02bf0a000001, true"})
    void oneInterfaceHasNeitherZeroNorAGroup(String hex, boolean isUnicast) {
        assertThat(new MacAddress(Long.parseLong(hex, 16)).isUnicast()).isEqualTo(isUnicast);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1L << 48})
    void hasNoMoreThan48Bits(long bits) {
        assertThatThrownBy(() -> new MacAddress(bits)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected: 48");
    }
}
