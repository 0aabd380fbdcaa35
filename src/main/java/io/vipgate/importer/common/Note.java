package io.vipgate.importer.common;

/**
 * Something that the operator must know: a change, or what could not be carried over.
 *
 * <p>Immutable.
 *
 * @param line where it stood, from 1; 0 when it concerns the whole file
 * @param effect what it means for clients
 */
public record Note(int line, Effect effect, String text) {
    /** What a note means for clients. */
    public enum Effect {
        /** Shares and checks are as they were; something else changes, or is worth knowing. */
        REMARK,
        /** A share of the connections, or what decided a check, is not as it was: {@code --strict} fails. */
        LOSS
    }

    /** Whether a share or a check is not as it was. */
    public boolean isLoss() {
        return effect == Effect.LOSS;
    }

    /** One line, {@code line 12: ...}. */
    @Override
    public String toString() {
        return line == 0 ? text : "line " + line + ": " + text;
    }
}
