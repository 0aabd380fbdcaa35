package io.vipgate.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SysctlTest {

    @ParameterizedTest
    @CsvSource({"net.core.somaxconn", "net.ipv4.ip_local_port_range", "fs.pipe-max-size", "kernel.ostype"})
    void aValueIsReadWhole(String name) throws IOException {
        String expected = Files.readAllLines(Path.of("/proc/sys", name.replace('.', '/'))).getFirst().trim();

        assertThat(expected).hasSizeGreaterThan(1);
        assertThat(Sysctl.read(name)).hasValue(expected);
    }

    @Test
    void aSettingThatDoesNotExistIsEmpty() {
        assertThat(Sysctl.read("net.core.no_such_setting")).isEmpty();
        assertThat(Sysctl.read("net.core")).isEmpty();
    }
}
