package io.vipgate.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.ProbeConfig;
import io.vipgate.config.TlsProbeConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ProbeLeakTest {
    private static final Duration TIMEOUT = Duration.ofMillis(60);
    private static final int ROUNDS = 5;

    @Test
    void whateverComesOfThemChecksLeaveNoDescriptorThreadOrProcess() throws Exception {
        List<ProbeConfig> kinds = List.of(Checks.tcp(TIMEOUT), Checks.http(TIMEOUT, "x"),
                Checks.tls(TIMEOUT, new TlsProbeConfig(Optional.empty(), false, Optional.empty())),
                Checks.sendExpect(TIMEOUT, "PING", "PONG"), Checks.exec(TIMEOUT, "sh", "-c", "sleep 1000 & wait"),
                Checks.exec(Duration.ofSeconds(5), "true"), Checks.exec(TIMEOUT, "/no/such/command"));
        try (ScriptedPeer silent = ScriptedPeer.silent();
                ScriptedPeer resetting = ScriptedPeer.resetting();
                ScriptedPeer trickling = ScriptedPeer.trickling("", (byte) 0)) {
            List<InetSocketAddress> addresses = List.of(silent.address(), resetting.address(), trickling.address(),
                    ScriptedPeer.nobody());
            // Once to load what is loaded once.
            checkAll(kinds, addresses);
            awaitChildless();
            long descriptors = descriptors();
            long threads = threads();

            for (int i = 0; i < ROUNDS; i++) {
                checkAll(kinds, addresses);
            }

            awaitChildless();
            await(() -> descriptors() <= descriptors);
            assertThat(threads()).isLessThanOrEqualTo(threads + 1);
        }
    }

    private static void checkAll(List<ProbeConfig> kinds, List<InetSocketAddress> addresses) throws Exception {
        for (ProbeConfig kind : kinds) {
            for (InetSocketAddress address : kind.command().isEmpty() ? addresses : addresses.subList(0, 1)) {
                Checks.check(kind, address);
            }
        }
    }

    private static void awaitChildless() throws IOException {
        await(() -> {
            try (Stream<ProcessHandle> children = ProcessHandle.current().descendants()) {
                return children.findAny().isEmpty();
            }
        });
    }

    /** Open descriptors of this process; those of the peers' connections go shortly after the probes have. */
    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    /** Platform threads, without those that the JDK keeps for a while to wait for processes and to carry others. */
    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                .filter(name -> !name.startsWith("process reaper") && !name.startsWith("ForkJoinPool")).count();
    }

    private static void await(Condition condition) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds() throws IOException;
    }
}
