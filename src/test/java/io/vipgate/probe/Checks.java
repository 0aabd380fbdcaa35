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
import io.vipgate.linux.SystemCalls;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Configurations of probes, and checks run as the gateway runs them: on the probes' loop, with a deadline. */
final class Checks {
    /** Long enough for any check that isn't meant to run out of time. */
    static final Duration AMPLE = Duration.ofSeconds(10);
    /** For those that are. */
    static final Duration SHORT = Duration.ofMillis(150);

    /** Shared by all tests, as by all pools; the JVM's end ends it. */
    static final ProbeLoop LOOP = calm();

    private Checks() {}

    /** A loop that no stall is seen on: a busy machine changes no verdict of a test that is not about stalls. */
    static ProbeLoop calm() {
        return ProbeLoop.open(UnaryOperator.identity(), () -> 0);
    }

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

    /** Makes a socket. */
    @FunctionalInterface
    interface SocketMaker {
        /** A descriptor, or a negated error number. */
        int socket(SystemCalls real, int family);
    }

    /** A loop whose sockets the test makes ready before the probe has them. */
    static ProbeLoop loop(SocketMaker maker) {
        UnaryOperator<SystemCalls> calls = real -> (SystemCalls) Proxy.newProxyInstance(Checks.class.getClassLoader(),
                new Class<?>[]{SystemCalls.class}, (_, method, arguments) -> method.getName().equals("socket")
                        ? maker.socket(real, (int) arguments[0])
                        : method.invoke(real, arguments));
        return ProbeLoop.open(calls, () -> 0);
    }

    static ProbeResult check(ProbeConfig config, InetSocketAddress address) throws Exception {
        return check(probe(config), address, config.timeout());
    }

    static ProbeResult check(Probe probe, InetSocketAddress address, Duration timeout) throws Exception {
        return check(probe, target(address), timeout);
    }

    static ProbeResult check(Probe probe, ProbeTarget target, Duration timeout) throws Exception {
        return begin(LOOP, probe, target, timeout).get(30, TimeUnit.SECONDS);
    }

    /** Begins a check. */
    static CompletableFuture<ProbeResult> begin(Probe probe, InetSocketAddress address, Duration timeout) {
        return begin(LOOP, probe, target(address), timeout);
    }

    private static CompletableFuture<ProbeResult> begin(ProbeLoop loop, Probe probe, ProbeTarget target,
            Duration timeout) {
        CompletableFuture<ProbeResult> result = new CompletableFuture<>();
        loop.execute(() -> probe.begin(loop, target, System.nanoTime() + timeout.toNanos(), result::complete));
        return result;
    }

    /** One check on a loop of its own, which is closed afterwards. */
    static ProbeResult checkOn(ProbeLoop loop, Probe probe, InetSocketAddress address) throws Exception {
        try (loop) {
            return begin(loop, probe, target(address), AMPLE).get(30, TimeUnit.SECONDS);
        }
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

    /** A check that is cancelled ends, without a result. */
    static void cancelEnds(Probe probe, InetSocketAddress address, Runnable untilRunning, Runnable untilOver)
            throws Exception {
        CompletableFuture<Probe.Check> begun = new CompletableFuture<>();
        CompletableFuture<ProbeResult> result = new CompletableFuture<>();
        LOOP.execute(() -> begun.complete(
                probe.begin(LOOP, target(address), System.nanoTime() + AMPLE.toNanos(), result::complete)));
        untilRunning.run();
        Probe.Check check = begun.get(5, TimeUnit.SECONDS);
        LOOP.execute(check::cancel);
        untilOver.run();
        CompletableFuture<Boolean> turn = new CompletableFuture<>();
        LOOP.execute(() -> turn.complete(true));
        assertThat(turn.get(5, TimeUnit.SECONDS)).isTrue();
        assertThat(result).isNotDone();
    }
}
