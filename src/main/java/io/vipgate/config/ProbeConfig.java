package io.vipgate.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a pool's endpoints are probed: {@code pools.P.probe}. <b>Immutable.</b>
 *
 * @param jitter a share, 0.0..0.5
 * @param port empty for the endpoint's own
 * @param proxyProtocol what comes before the probe's own first bytes
 * @param source where it comes from
 * @param http present with {@link ProbeType#HTTP} only, and then always
 * @param tls present with {@link ProbeType#TLS} always, with others when they speak over TLS
 * @param send empty for nothing
 * @param expect empty for nothing
 * @param steps empty where send and expect say it all
 * @param user empty for none
 * @param command the program and its arguments; empty unless {@link ProbeType#EXEC}
 */
public record ProbeConfig(
        @Key(byDefault = "tcp", doc = "`tcp`, `http`, `tls`, `send-expect`, `mysql`, `pgsql`, `redis`, `smtp`, "
                + "`ldap`, `exec`, `none`") ProbeType type,
        @Key(byDefault = "500ms", min = "10ms", max = "1h", doc = "from the end of one probe "
                + "to the next") Duration interval,
        @Key(byDefault = "400ms", min = "1ms", max = "1m", doc = "of one probe") Duration timeout,
        @Key(byDefault = "100ms", min = "10ms", max = "1h", doc = "the interval while suspect "
                + "or coming back") Duration fastInterval,
        @Key(byDefault = "2", min = "1", max = "100", doc = "successes to go up") int rise,
        @Key(byDefault = "4", min = "1", max = "100", doc = "failures to go down") int fall,
        @Key(byDefault = "10 %", min = "0 %", max = "50 %", percent = true, doc = "by how much an interval is "
                + "shortened at random") double jitter,
        @Key(min = "1", max = "65535", shown = "the endpoint's", doc = "the port to probe") Optional<Integer> port,
        @Key(byDefault = "auto", doc = "PROXY header that a probe begins with: `auto` is the pool's on the endpoint's own "
                + "port and none on another, `none`, `v1`, `v2`") ProbeProxyProtocol proxyProtocol,
        @Key(byDefault = "auto", doc = "local address that probes come from: `auto` is the pool's `source`, `none` the "
                + "kernel's choice, or an address") ProbeSource source,
        @Key(shown = "all defaults with `type: http`", doc = "the request and what counts "
                + "as an answer") Optional<HttpProbeConfig> http,
        @Key(shown = "all defaults with `type: tls`", doc = "with `type: tls`, with `type: http` for https, or "
                + "with `send-expect`, `redis`, `smtp`, `ldap`") Optional<TlsProbeConfig> tls,
        @Key(doc = "bytes to send; escapes as in C: `\\r \\n \\t \\0 \\xHH \\\\ \\\"`") EscapedText send,
        @Key(doc = "bytes expected anywhere in the first 64 KiB; escapes as in C") EscapedText expect,
        @Key(doc = "instead of `send` and `expect`: several of them, in order") List<ProbeStep> steps,
        @Key(doc = "of `mysql` and `pgsql`: who logs in, without a password") String user,
        @Key(byDefault = "any", doc = "of `redis`: `any`, `master`, `replica`") RedisRole role,
        @Key(byDefault = "localhost", doc = "of `smtp`: what the gateway calls itself") String helo,
        @Key(doc = "program and arguments, no shell; exit 0 passes; VIPGATE_ENDPOINT and VIPGATE_ADDRESS in its "
                + "environment; killed with its descendants at the timeout and with the gateway") List<String> command) {
    /** Keeps its own copy of the command, and fills in the section that the type needs. */
    public ProbeConfig {
        command = List.copyOf(command);
        steps = List.copyOf(steps);
        if (type == ProbeType.HTTP && http.isEmpty()) {
            http = Optional.of(HttpProbeConfig.DEFAULTS);
        }
        if (type == ProbeType.TLS && tls.isEmpty()) {
            tls = Optional.of(TlsProbeConfig.DEFAULTS);
        }
    }

    /** What a send-expect probe does, in order. */
    public List<ProbeStep> exchanges() {
        return steps.isEmpty() ? List.of(new ProbeStep(send, expect)) : steps;
    }
}
