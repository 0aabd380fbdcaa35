package io.vipgate.access;

/**
 * Counts one connection as open until it is released.
 *
 * <p>Thread-safe.
 */
public interface SourceHold {
    /** The connection has ended; to be called exactly once for each time that a decision held it. */
    void release();
}
