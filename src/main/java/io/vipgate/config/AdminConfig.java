package io.vipgate.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The operator's HTTP server: {@code admin}. <b>Immutable.</b>
 *
 * @param allowedHosts Host headers accepted besides the bind's addresses and loopback names
 * @param tokenFile empty for the default place
 */
public record AdminConfig(
        @Key(byDefault = "127.0.0.1:9180", doc = "where it listens") BindAddress bind,
        @Key(doc = "Host headers accepted besides the bind's addresses and loopback names") List<String> allowedHosts,
        @Key(shown = "`/var/lib/vipgate/token`, or in the user's state directory", doc = "holds the token that changes "
                + "need; made with mode 0600 if missing, kept over restarts") Optional<Path> tokenFile) {
    /** Keeps its own copies. */
    public AdminConfig {
        allowedHosts = List.copyOf(allowedHosts);
    }
}
