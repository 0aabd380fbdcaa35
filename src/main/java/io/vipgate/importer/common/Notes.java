package io.vipgate.importer.common;

import io.vipgate.importer.common.ImportResult.Note;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Notes of one import: each is told once, in the order of the lines, and a file that is no configuration at all does not
 * get more than a reader can use.
 *
 * <p>Confined to one import.
 */
public final class Notes {
    private static final int MOST = 1000;
    private static final int LONGEST = 800;

    private final Set<Note> told = new LinkedHashSet<>();
    private int untold;

    public void add(int line, String text) {
        Note note = new Note(line, shown(text, LONGEST));
        if (told.size() < MOST) {
            told.add(note);
        } else if (!told.contains(note)) {
            untold++;
        }
    }

    public void add(Statement statement, String text) {
        add(statement.line(), statement + ": " + text);
    }

    public List<Note> inOrder() {
        List<Note> all = new ArrayList<>(told);
        all.sort(Comparator.comparingInt(Note::line));
        if (untold > 0) {
            all.add(new Note(0, "and " + untold + " more of the kind"));
        }
        return all;
    }

    public List<Note> inOrderAfter(String first) {
        List<Note> all = new ArrayList<>(inOrder());
        all.addFirst(new Note(0, first));
        return all;
    }

    /** Text from outside, fit for a terminal: without control characters and not without end. */
    public static String shown(String text, int longest) {
        StringBuilder out = new StringBuilder();
        text.codePoints().limit(longest).forEach(c -> {
            int type = Character.getType(c);
            if (type == Character.CONTROL || type == Character.FORMAT || type == Character.SURROGATE
                    || type == Character.LINE_SEPARATOR || type == Character.PARAGRAPH_SEPARATOR
                    || type == Character.UNASSIGNED) {
                out.append(String.format("\\u%04x", c));
            } else {
                out.appendCodePoint(c);
            }
        });
        return text.codePointCount(0, text.length()) > longest ? out + "..." : out.toString();
    }
}
