package io.vipgate.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.EscapedText;
import io.vipgate.config.HttpProbeConfig;
import io.vipgate.config.ProbeConfig;
import io.vipgate.config.ProbeProxyProtocol;
import io.vipgate.config.ProbeSource;
import io.vipgate.config.ProbeStep;
import io.vipgate.config.RedisRole;
import io.vipgate.config.ProbeType;
import io.vipgate.config.ProxyProtocol;
import io.vipgate.config.StatusRanges;
import io.vipgate.config.TlsProbeConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/** Configurations of probes, and checks run as the gateway runs them: on a virtual thread, with a deadline. */
final class Checks {
    /** Long enough for any check that isn't meant to run out of time. */
    static final Duration AMPLE = Duration.ofSeconds(10);
    /** For those that are. */
    static final Duration SHORT = Duration.ofMillis(150);

    private Checks() {}

    static ProbeConfig tcp(Duration timeout) {
        return config(ProbeType.TCP, timeout, null, null, "", "", List.of());
    }

    static ProbeConfig http(Duration timeout, String expectBody) {
        return http(timeout,
                new HttpProbeConfig("/health?a=b", "GET", Optional.empty(), Map.of(), statuses(200, 399), expectBody),
                null);
    }

    static ProbeConfig http(Duration timeout, HttpProbeConfig http,
            @Nullable TlsProbeConfig tls) {
        return config(ProbeType.HTTP, timeout, http, tls, "", "", List.of());
    }

    static ProbeConfig tls(Duration timeout, TlsProbeConfig tls) {
        return config(ProbeType.TLS, timeout, null, tls, "", "", List.of());
    }

    static ProbeConfig sendExpect(Duration timeout, String send, String expect) {
        return config(ProbeType.SEND_EXPECT, timeout, null, null, send, expect, List.of());
    }

    static ProbeConfig exec(Duration timeout, String... command) {
        return config(ProbeType.EXEC, timeout, null, null, "", "", List.of(command));
    }

    static ProbeConfig none() {
        return config(ProbeType.NONE, AMPLE, null, null, "", "", List.of());
    }

    /** The same from elsewhere. */
    static ProbeConfig from(ProbeSource source, ProbeConfig config) {
        return new ProbeConfig(config.type(), config.interval(), config.timeout(), config.fastInterval(), config.rise(),
                config.fall(), config.jitter(), config.port(), config.proxyProtocol(), source, config.http(),
                config.tls(), config.send(), config.expect(), config.steps(), config.user(), config.role(),
                config.helo(), config.command());
    }

    /** Steps, each of what is sent and what is expected. */
    static ProbeConfig steps(Duration timeout, String... sendAndExpect) {
        List<ProbeStep> steps = new ArrayList<>();
        for (int i = 0; i < sendAndExpect.length; i += 2) {
            steps.add(new ProbeStep(new EscapedText(sendAndExpect[i]), new EscapedText(sendAndExpect[i + 1])));
        }
        return protocol(ProbeType.SEND_EXPECT, timeout, steps, "", RedisRole.ANY);
    }

    /** A protocol that the gateway knows. */
    static ProbeConfig protocol(ProbeType type, Duration timeout, String user, RedisRole role) {
        return protocol(type, timeout, List.of(), user, role);
    }

    private static ProbeConfig protocol(ProbeType type, Duration timeout, List<ProbeStep> steps, String user,
            RedisRole role) {
        ProbeConfig plain = config(type, timeout, null, null, "", "", List.of());
        return new ProbeConfig(type, plain.interval(), timeout, plain.fastInterval(), plain.rise(), plain.fall(),
                plain.jitter(), plain.port(), plain.proxyProtocol(), plain.source(), plain.http(), plain.tls(),
                plain.send(), plain.expect(), steps, user, role, "gateway.example", plain.command());
    }

    static StatusRanges statuses(int first, int last) {
        return new StatusRanges(List.of(new StatusRanges.Range(first, last)));
    }

    private static ProbeConfig config(ProbeType type, Duration timeout,
            @Nullable HttpProbeConfig http,
            @Nullable TlsProbeConfig tls, String send, String expect, List<String> command) {
        return new ProbeConfig(type, Duration.ofMillis(500), timeout, Duration.ofMillis(100), 2, 4, 0.1,
                Optional.empty(), ProbeProxyProtocol.AUTO, ProbeSource.AUTO, Optional.ofNullable(http),
                Optional.ofNullable(tls), new EscapedText(send),
                new EscapedText(expect), List.of(), "", RedisRole.ANY, "localhost", command);
    }

    /** An endpoint that is given by address and probed at its own port. */
    static ProbeTarget target(InetSocketAddress address) {
        return new ProbeTarget("web", "vip1", address, Optional.empty(), true);
    }

    static Probe probe(ProbeConfig config) {
        return Probes.of(config, ProxyProtocol.NONE, List.of()).orElseThrow();
    }

    /** Sockets that are made ready by the test before the probe has them. */
    static SocketFactory sockets(Prepared prepared) {
        return new SocketFactory() {
            @Override
            public Socket createSocket() throws IOException {
                return prepared.make();
            }

            @Override
            public Socket createSocket(String host, int port) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Socket createSocket(String host, int port, InetAddress local, int localPort) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Socket createSocket(InetAddress host, int port) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
                throw new UnsupportedOperationException();
            }
        };
    }

    /** Makes a socket. */
    @FunctionalInterface
    public interface Prepared {
        Socket make() throws IOException;
    }

    static ProbeResult check(ProbeConfig config, InetSocketAddress address) throws Exception {
        return check(probe(config), address, config.timeout());
    }

    static ProbeResult check(Probe probe, InetSocketAddress address, Duration timeout) throws Exception {
        return check(probe, target(address), timeout);
    }

    static ProbeResult check(Probe probe, ProbeTarget target, Duration timeout) throws Exception {
        return begin(probe, target, timeout).get(30, TimeUnit.SECONDS);
    }

    /** Begins a check on a virtual thread. */
    static CompletableFuture<ProbeResult> begin(Probe probe, InetSocketAddress address, Duration timeout) {
        return begin(probe, target(address), timeout);
    }

    private static CompletableFuture<ProbeResult> begin(Probe probe, ProbeTarget target, Duration timeout) {
        CompletableFuture<ProbeResult> result = new CompletableFuture<>();
        Thread _ = Thread.startVirtualThread(() -> {
            try {
                result.complete(probe.check(target, System.nanoTime() + timeout.toNanos()));
            } catch (InterruptedException | RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    /** Checks whom it can't get an answer from: the time given passes, and not much more. */
    static ProbeResult checkInVain(Probe probe, InetSocketAddress address) throws Exception {
        long start = System.nanoTime();
        ProbeResult result = check(probe, address, SHORT);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        assertThat(millis).isBetween(SHORT.toMillis(), SHORT.toMillis() + 2000);
        assertThat(result.outcome()).as(result.cause()).isEqualTo(ProbeResult.Outcome.TIMEOUT);
        return result;
    }

    static void interruptsEnd(Probe probe, InetSocketAddress address, Runnable untilRunning)
            throws InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread thread = Thread.startVirtualThread(() -> {
            try {
                probe.check(target(address), System.nanoTime() + AMPLE.toNanos());
                interrupted.complete(false);
            } catch (InterruptedException _) {
                interrupted.complete(true);
            }
        });
        untilRunning.run();
        thread.interrupt();
        assertThat(interrupted.get(5, TimeUnit.SECONDS)).isTrue();
    }
}
