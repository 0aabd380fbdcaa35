package io.vipgate.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.ConfigLoader;
import io.vipgate.config.Loaded;
import io.vipgate.gateway.ReloadRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ConfigTrialTest {
    private static final int BOUND_SECONDS = 30;

    private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

    private static ConfigTrial trial(Duration confirmWithin, Duration noneUpFor) {
        Loaded loaded = (Loaded) ConfigLoader.parse("test", """
                listeners: { web: { bind: "127.0.0.1:1", pool: nginx } }
                pools: { nginx: { endpoints: { one: "192.0.2.1:80" }, probe: { type: none } } }
                """.getBytes(StandardCharsets.UTF_8), Map.of());
        return new ConfigTrial(new ReloadRequest(false, confirmWithin, noneUpFor), loaded, loaded.config());
    }

    private String nextEnd() throws InterruptedException {
        return ends.poll(BOUND_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void whatCannotGoBackNowGoesBackLater() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        trial(Duration.ofSeconds(1), Duration.ZERO).start(() -> "", (_, why) -> {
            ends.add(why);
            if (calls.incrementAndGet() == 1) {
                throw new IllegalStateException("test");
            }
            return true;
        });
        assertThat(nextEnd()).isEqualTo("it was not confirmed within 1 s");
        assertThat(nextEnd()).isEqualTo("it was not confirmed within 1 s");
    }

    @Test
    void faultInWatchingDoesNotKeepWhatNobodyConfirms() throws Exception {
        trial(Duration.ofSeconds(1), Duration.ofSeconds(1)).start(() -> {
            throw new IllegalStateException("test");
        }, (_, why) -> ends.add(why));
        assertThat(nextEnd()).isEqualTo("it was not confirmed within 1 s");
    }

    @Test
    void faultOfTheConfigurationEndsItAtOnce() throws Exception {
        ConfigTrial trial = trial(Duration.ofHours(24), Duration.ofSeconds(1));
        trial.start(() -> "none is up", (_, why) -> ends.add(why));
        assertThat(nextEnd()).isEqualTo("none is up");
    }
}
