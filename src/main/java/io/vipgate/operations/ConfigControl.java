package io.vipgate.operations;

import io.vipgate.gateway.ReloadOutcome;
import io.vipgate.gateway.ReloadRequest;
import java.time.Instant;
import java.util.Optional;

/** What operators do with the configuration of a gateway that runs. Thread-safe. */
public interface ConfigControl {
    /** Reads the file again. */
    ReloadOutcome reload(ReloadRequest request);

    /** The configuration that waits to be confirmed stays. */
    ReloadOutcome confirm();

    /** When a configuration that waits to be confirmed goes back to the one before; empty when none waits. */
    Optional<Instant> confirmBy();
}
