package io.vipgate.gateway;

import io.vipgate.control.ConfigChange;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of a change of the configuration: all of them are made, in order, or none.
 *
 * <p>Confined to the control thread.
 */
final class ConfigTransaction {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigTransaction.class);

    private final List<ConfigChange> parts = new ArrayList<>();

    /** Adds a part that is prepared, and made after those that were added before. */
    void add(ConfigChange part) {
        parts.add(part);
    }

    /** Makes all parts. When one throws, all are taken back, and it is thrown on, with what could not be taken back. */
    void commit() {
        try {
            parts.forEach(ConfigChange::commit);
        } catch (Throwable e) {
            rollBack(e);
            throw e;
        }
        for (ConfigChange part : parts) {
            try {
                part.finish();
            } catch (RuntimeException | Error e) {
                LOG.error("what the change leaves behind could not be cleared away", e);
            }
        }
    }

    /** Takes all parts back, the last one first. */
    private void rollBack(Throwable cause) {
        for (ConfigChange part : parts.reversed()) {
            try {
                part.rollBack();
            } catch (RuntimeException | Error e) {
                cause.addSuppressed(e);
            }
        }
    }
}
