package io.vipgate.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SystemdNotifierTest {
    @Test
    void nothingIsSaidAndNothingFailsWhereNobodyAsks() {
        try (SystemdNotifier nobody = SystemdNotifier.of(Map.of(), 1)) {
            nobody.ready("serving");
            nobody.watch(() -> true);
            assertThat(nobody.isAsked()).isFalse();
        }
    }

    @Test
    void aNameThatIsNoneIsAsGoodAsNone() {
        try (SystemdNotifier nobody = SystemdNotifier
                .of(Map.of("NOTIFY_SOCKET", "/" + "x".repeat(200), "WATCHDOG_USEC", "soon"), 1)) {
            assertThat(nobody.isAsked()).isFalse();
        }
    }

    @Test
    void theWatchdogOfAnotherProcessIsNotOurs() {
        Map<String, String> environment = Map.of("NOTIFY_SOCKET", "@nobody", "WATCHDOG_USEC", "1000", "WATCHDOG_PID",
                "7");
        try (SystemdNotifier theirs = SystemdNotifier.of(environment, 8);
                SystemdNotifier ours = SystemdNotifier.of(environment, 7)) {
            assertThat(theirs.isWatched()).isFalse();
            assertThat(ours.isWatched()).isTrue();
        }
    }
}
