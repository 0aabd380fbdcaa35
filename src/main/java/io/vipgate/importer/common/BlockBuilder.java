package io.vipgate.importer.common;

import io.vipgate.text.Sanitizer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Nests statements in their blocks.
 *
 * <p>Confined to one import.
 */
public final class BlockBuilder {
    private static final int MAX_DEPTH = 100;

    private final Deque<Open> open = new ArrayDeque<>();
    private List<Statement> current = new ArrayList<>();

    /** A block that is not closed yet, and what stood before it in the one around it. */
    private record Open(int line, List<String> words, List<Statement> before) {}

    /** Adds a statement without a block. */
    public void add(int line, List<String> words) {
        current.add(new Statement(line, words, List.of(), false));
    }

    /** Adds a statement and opens its block. */
    public void open(int line, List<String> words) throws SyntaxException {
        if (open.size() == MAX_DEPTH) {
            throw new SyntaxException(line, "blocks are nested more than " + MAX_DEPTH + " levels deep");
        }
        open.push(new Open(line, List.copyOf(words), current));
        current = new ArrayList<>();
    }

    /** Opens the block of the statement before: its brace stands on a line of its own. */
    public void openLast(int line) throws SyntaxException {
        if (current.isEmpty() || current.getLast().hasBlock()) {
            throw new SyntaxException(line, "a { that belongs to nothing");
        }
        Statement last = current.removeLast();
        open(last.line(), last.words());
    }

    /** Closes the innermost block. */
    public void close(int line) throws SyntaxException {
        if (open.isEmpty()) {
            throw new SyntaxException(line, "a } that closes nothing");
        }
        Open closed = open.pop();
        Statement statement = new Statement(closed.line(), closed.words(), current, true);
        current = closed.before();
        current.add(statement);
    }

    /** The statements outside of all blocks, which must be closed. */
    public List<Statement> build() throws SyntaxException {
        if (!open.isEmpty()) {
            Open unclosed = open.peek();
            throw new SyntaxException(unclosed.line(),
                    "the block of " + Sanitizer.escape(unclosed.words().getFirst(), 60)
                            + " that begins here is not closed");
        }
        return List.copyOf(current);
    }
}
