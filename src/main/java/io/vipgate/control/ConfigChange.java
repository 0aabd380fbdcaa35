package io.vipgate.control;

/**
 * One part of a change of the configuration, prepared: made together with the other parts, or not at all.
 *
 * <p>Confined to the control thread.
 */
public interface ConfigChange {
    /** Makes the change, so that it can be taken back. Whatever it throws has all parts taken back. */
    void commit();

    /** Takes the change back, and gives up what was prepared: commit has run to its end or thrown, or was not called. */
    void rollBack();

    /** Does what can't be taken back, when all parts are made. What it throws is logged, and changes nothing any more. */
    default void finish() {}
}
