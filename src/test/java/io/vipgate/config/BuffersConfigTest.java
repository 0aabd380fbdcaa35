package io.vipgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sizes, and the buffers of listeners and pools. */
class BuffersConfigTest {
    private static final String EXPECTED = " (expected: a whole number with the unit KiB, MiB or GiB, for example 256KiB)";

    @ParameterizedTest
    @CsvSource({"0, 0, 0", "64KiB, 65536, 64KiB", "1024KiB, 1048576, 1MiB", "1GiB, 1073741824, 1GiB",
        "1536KiB, 1572864, 1536KiB", "0MiB, 0, 0"})
    void sizesAreReadAndWrittenInTheirLargestUnit(String text, long bytes, String written) throws BadValueException {
        ByteSize size = ByteSize.parse(text);

        assertThat(size.bytes()).isEqualTo(bytes);
        assertThat(size).hasToString(written);
        assertThat(ByteSize.parse(written)).isEqualTo(size);
    }

    @ParameterizedTest
    @ValueSource(strings = {"262144", "256k", "256KB", "256 KiB", "-1KiB", "1.5MiB", "01MiB", "1TiB", "9999999GiB"})
    void whatIsNoSizeIsRefused(String text) {
        assertThat(Loads.poolProblems("buffers: { receive: " + text + " }")).singleElement().asString()
                .isEqualTo("5: pools.nginx.buffers.receive: " + text + EXPECTED);
    }

    @Test
    void poolsAndListenersHaveTheirOwn() {
        GatewayConfig config = Loads.valid("""
                listeners: { web: { bind: 203.0.113.1:80, pool: nginx, buffers: { send: 1MiB } } }
                pools:
                  nginx:
                    endpoints: { vip1: 192.168.1.100:80 }
                    buffers: { receive: 512KiB }
                """).config();

        assertThat(Objects.requireNonNull(config.listeners().get("web")).buffers())
                .isEqualTo(new BuffersConfig(ByteSize.ZERO, new ByteSize(1 << 20)));
        assertThat(Objects.requireNonNull(config.pools().get("nginx")).buffers())
                .isEqualTo(new BuffersConfig(new ByteSize(512 << 10), ByteSize.ZERO));
    }

    @Test
    void tooSmallAndTooLargeAreRefused() {
        assertThat(Loads.poolProblems("buffers: { receive: 63KiB, send: 2GiB }")).extracting(Object::toString)
                .containsExactlyInAnyOrder("5: pools.nginx.buffers.receive: 63KiB (expected: 0 or at least 64KiB)",
                        "5: pools.nginx.buffers.send: 2GiB (expected: at most 1GiB)");
    }
}
