package io.vipgate.importer.common;

import java.util.List;

/**
 * What an import came to.
 *
 * <p>Immutable.
 *
 * @param yaml the configuration; empty when there is none
 * @param failure why there is no configuration; empty when there is one
 * @param notes what changes and what could not be carried over, by line
 * @param counts how much of the file is in the configuration
 */
public record ImportResult(String yaml, String failure, List<Note> notes, ImportCounts counts) {
    /** Copies the list. */
    public ImportResult {
        notes = List.copyOf(notes);
    }

    static ImportResult of(String yaml, List<Note> notes, ImportCounts counts) {
        return new ImportResult(yaml, "", notes, counts);
    }

    /** There is no configuration. */
    public static ImportResult failed(String failure, List<Note> notes) {
        return new ImportResult("", failure, notes, ImportCounts.NOTHING);
    }

    /** Whether a share of the connections, or what decided a check, is not as it was. */
    public boolean hasLoss() {
        return notes.stream().anyMatch(Note::isLoss);
    }
}
