package io.vipgate.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BuildInfoTest {
    @Test
    void theProgramKnowsItsVersion() {
        BuildInfo build = BuildInfo.read();

        assertThat(build.version()).matches("\\d+\\.\\d+.*");
        assertThat(build.netty()).startsWith("4.");
    }
}
