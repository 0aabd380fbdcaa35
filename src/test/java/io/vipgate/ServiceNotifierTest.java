package io.vipgate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ServiceNotifierTest {
    @Test
    void nothingIsSaidAndNothingFailsWhereNobodyAsks() {
        try (ServiceNotifier nobody = ServiceNotifier.of(Map.of(), 1)) {
            nobody.ready("serving");
            nobody.watch(() -> true);
            assertThat(nobody.isAsked()).isFalse();
        }
    }

    @Test
    void aNameThatIsNoneIsAsGoodAsNone() {
        try (ServiceNotifier nobody = ServiceNotifier
                .of(Map.of("NOTIFY_SOCKET", "/" + "x".repeat(200), "WATCHDOG_USEC", "soon"), 1)) {
            assertThat(nobody.isAsked()).isFalse();
        }
    }

    @Test
    void theWatchdogOfAnotherProcessIsNotOurs() {
        Map<String, String> environment = Map.of("NOTIFY_SOCKET", "@nobody", "WATCHDOG_USEC", "1000", "WATCHDOG_PID",
                "7");
        try (ServiceNotifier theirs = ServiceNotifier.of(environment, 8);
                ServiceNotifier ours = ServiceNotifier.of(environment, 7)) {
            assertThat(theirs.isWatched()).isFalse();
            assertThat(ours.isWatched()).isTrue();
        }
    }
}
