package io.vipgate.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BuildInfoTest {
    @Test
    void theBuildSaysWhatItWasMadeFrom() {
        BuildInfo info = BuildInfo.read();

        assertThat(info.version()).matches("[0-9]+\\.[0-9]+\\.[0-9]+.*");
        assertThat(info.netty()).startsWith("4.2.");
    }
}
