package io.vipgate.config;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The whole configuration. Its maps are in file order. <b>Immutable.</b> */
public record GatewayConfig(
        @Key(required = true, doc = "what the gateway listens on, by name") Map<String, ListenerConfig> listeners,
        @Key(required = true, doc = "groups of endpoints, by name") Map<String, PoolConfig> pools,
        @Key(shown = "no admin server", doc = "HTTP server for the operator; `admin: {}` takes every "
                + "default") Optional<AdminConfig> admin,
        @Key(shown = "no second address", doc = "a second, read-only address for scrapers and outer "
                + "load balancers: `/metrics`, `/healthz` and `/readyz`") Optional<MetricsConfig> metrics,
        @Key(doc = "what `/readyz` looks at besides the listeners") ReadinessConfig readiness,
        @Key(doc = "what SIGTERM does") ShutdownConfig shutdown,
        @Key(doc = "when the file is read again besides SIGHUP") ReloadConfig reload,
        @Key(shown = "nothing is kept", doc = "file that keeps operator states, run-time weights and blocks "
                + "over restarts") Optional<Path> stateFile,
        @Key(doc = "what only a restart changes") RuntimeConfig runtime,
        @Key(doc = "the gateway's own log, on standard error") LogConfig log,
        @Key(doc = "one line per relay, at its end, and per client that is refused") AccessLogConfig accessLog) {
    /** Keeps its own copies. */
    public GatewayConfig {
        listeners = Collections.unmodifiableMap(new LinkedHashMap<>(listeners));
        pools = Collections.unmodifiableMap(new LinkedHashMap<>(pools));
    }
}
