package io.vipgate.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SystemdNotifierTest {
    @Test
    void nothingIsSaidAndNothingFailsWhereNobodyAsks() {
        SystemdNotifier nobody = SystemdNotifier.of(Map.of(), 1);

        nobody.ready("serving");
        nobody.ping(true);

        assertThat(nobody.isAsked()).isFalse();
        assertThat(nobody.pingPeriod()).isEmpty();
    }

    @Test
    void aNameThatIsNoneIsAsGoodAsNone() {
        SystemdNotifier nobody = SystemdNotifier
                .of(Map.of("NOTIFY_SOCKET", "/" + "x".repeat(200), "WATCHDOG_USEC", "soon"), 1);

        assertThat(nobody.isAsked()).isFalse();
    }

    @Test
    void theWatchdogOfAnotherProcessIsNotOurs() {
        Map<String, String> environment = Map.of("NOTIFY_SOCKET", "@nobody", "WATCHDOG_USEC", "1000", "WATCHDOG_PID",
                "7");

        assertThat(SystemdNotifier.of(environment, 8).pingPeriod()).isEmpty();
        assertThat(SystemdNotifier.of(environment, 7).pingPeriod()).contains(Duration.ofNanos(500_000));
    }
}
