package io.vipgate.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TcpInfoTest {

    @ParameterizedTest(name = "probes {0}, unacknowledged {1}, not sent {2}: shut {3}")
    @CsvSource({"0, 0, 0, false", "0, 3, 0, false", "0, 3, 5000, false", "0, 0, 5000, true", "1, 0, 0, true",
        "2, 1, 5000, true"})
    void theWindowIsShutWhenBytesWaitAndNoneAreOnTheirWay(int probes, int unacknowledged, int notSent,
            boolean expected) {
        TcpInfo info = new TcpInfo();

        info.set(probes, unacknowledged, 40, 40, notSent, 65_535);

        assertThat(info.isWindowShut()).isEqualTo(expected);
        assertThat(info.lastAckReceivedMillis()).isEqualTo(40);
    }
}
