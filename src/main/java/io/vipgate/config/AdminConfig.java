package io.vipgate.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The operator's HTTP server: {@code admin}. <b>Immutable.</b>
 *
 * @param bind at least one
 * @param allowedHosts Host headers accepted besides the bind's addresses and loopback names
 * @param tokenFile empty for the default place
 */
public record AdminConfig(
        @Key(byDefault = "127.0.0.1:9180", orScalar = true, doc = "where it listens: an address, "
                + "`unix:/run/vipgate/admin.sock` for a Unix socket (mode 0660; who may is told by the kernel, without "
                + "a token), or a list of both") List<AdminBind> bind,
        @Key(doc = "Host headers accepted besides the bind's addresses and loopback names") List<String> allowedHosts,
        @Key(shown = "`/var/lib/vipgate/token`, or in the user's state directory", doc = "holds the token that changes "
                + "need; made with mode 0600 if missing, kept over restarts") Optional<Path> tokenFile) {
    /** Keeps its own copies. */
    public AdminConfig {
        bind = List.copyOf(bind);
        allowedHosts = List.copyOf(allowedHosts);
    }
}
