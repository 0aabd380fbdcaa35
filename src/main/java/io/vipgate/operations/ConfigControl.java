package io.vipgate.operations;

import io.vipgate.gateway.ReloadOutcome;
import io.vipgate.gateway.ReloadRequest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What operators do with the configuration of a gateway that runs. Thread-safe. */
public interface ConfigControl {
    /** Reads the file again. */
    ReloadOutcome reload(ReloadRequest request);

    /** The configuration that waits to be confirmed stays. */
    ReloadOutcome confirm();

    /**
     * An earlier configuration holds again.
     *
     * @param steps how many before the present one, from 1 on
     * @param isDryRun whether it is only said what would change
     */
    ReloadOutcome rollBack(int steps, boolean isDryRun);

    /** The configurations that have held, the present one first. */
    List<Earlier> earlier();

    /**
     * A configuration that has held. Immutable.
     *
     * @param since when it began to
     */
    record Earlier(Instant since) {}

    /** When a configuration that waits to be confirmed goes back to the one before; empty when none waits. */
    Optional<Instant> confirmBy();
}
