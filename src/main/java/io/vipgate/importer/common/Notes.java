package io.vipgate.importer.common;

import io.vipgate.text.Sanitizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The notes of one import: each is kept once, in the order of the lines, and not more than a reader can use.
 *
 * <p>Confined to one import.
 */
public final class Notes {
    private static final int MAX_NOTES = 1000;
    private static final int MAX_LENGTH = 800;

    private final Set<Note> kept = new LinkedHashSet<>();
    private int dropped;
    private boolean droppedLoss;

    /** Says something about a line that changes no share of the connections and no check. */
    public void add(int line, String text) {
        keep(line, Note.Effect.REMARK, text);
    }

    /** Says which share of the connections, or which part of a check, is not as it was. */
    public void addLoss(int line, String text) {
        keep(line, Note.Effect.LOSS, text);
    }

    private void keep(int line, Note.Effect effect, String text) {
        Note note = new Note(line, effect, Sanitizer.escape(text, MAX_LENGTH));
        if (kept.size() < MAX_NOTES) {
            kept.add(note);
        } else if (!kept.contains(note)) {
            dropped++;
            droppedLoss |= note.isLoss();
        }
    }

    /** Says something about a statement, which the note begins with. */
    public void add(Statement statement, String text) {
        add(statement.line(), statement + ": " + text);
    }

    /** Says about a statement which share of the connections, or which part of a check, is not as it was. */
    public void addLoss(Statement statement, String text) {
        addLoss(statement.line(), statement + ": " + text);
    }

    /** Says why a statement has no part in the configuration. */
    public void leftOut(Statement statement, String reason) {
        add(statement, reason + "; it is left out");
    }

    /** By line. */
    public List<Note> inOrder() {
        List<Note> all = new ArrayList<>(kept);
        all.sort(Comparator.comparingInt(Note::line));
        if (dropped > 0) {
            all.add(new Note(0, droppedLoss ? Note.Effect.LOSS : Note.Effect.REMARK, "and " + dropped + " more notes"));
        }
        return all;
    }

    /** By line, behind one that concerns the whole file. */
    List<Note> inOrderAfter(String first) {
        List<Note> all = new ArrayList<>(inOrder());
        all.addFirst(new Note(0, Note.Effect.REMARK, first));
        return all;
    }
}
