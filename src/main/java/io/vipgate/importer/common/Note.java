package io.vipgate.importer.common;

/**
 * Something that the operator must know: a change, or what could not be carried over.
 *
 * <p>Immutable.
 *
 * @param line where it stood, from 1; 0 when it concerns the whole file
 */
public record Note(int line, String text) {
    /** One line, {@code line 12: ...}. */
    @Override
    public String toString() {
        return line == 0 ? text : "line " + line + ": " + text;
    }
}
