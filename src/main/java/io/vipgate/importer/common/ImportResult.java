package io.vipgate.importer.common;

import java.util.List;

/**
 * What became of another program's rules.
 *
 * <p>Immutable.
 *
 * @param yaml the configuration; empty when there was nothing to make one of
 * @param failure why there is none; empty when there is one
 * @param notes what changes, and what could not be carried over, by line
 */
public record ImportResult(String yaml, String failure, List<Note> notes) {
    /** Copies the list. */
    public ImportResult {
        notes = List.copyOf(notes);
    }

    public static ImportResult to(String yaml, List<Note> notes) {
        return new ImportResult(yaml, "", notes);
    }

    public static ImportResult failed(String failure, List<Note> notes) {
        return new ImportResult("", failure, notes);
    }

    /**
     * Something that the operator must know.
     *
     * @param line where it stood, from 1; 0 when it concerns the whole
     * @param text what it is
     */
    public record Note(int line, String text) {
        /** One line, {@code line 12: ...}. */
        @Override
        public String toString() {
            return line == 0 ? text : "line " + line + ": " + text;
        }
    }
}
