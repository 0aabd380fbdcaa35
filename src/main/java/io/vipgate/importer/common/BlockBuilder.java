package io.vipgate.importer.common;

import io.vipgate.text.Sanitizer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Puts statements into the blocks that they stand in.
 *
 * <p>Confined to one reading.
 */
public final class BlockBuilder {
    private static final int MAX_DEPTH = 100;

    private final Deque<Open> open = new ArrayDeque<>();
    private List<Statement> current = new ArrayList<>();

    /** A block that is not closed yet, and what stood before it in the one around it. */
    private record Open(int line, List<String> words, List<Statement> before) {}

    public void add(int line, List<String> words) {
        current.add(new Statement(line, words, List.of(), false));
    }

    /** Opens the block of a statement. */
    public void open(int line, List<String> words) throws SyntaxException {
        if (open.size() == MAX_DEPTH) {
            throw new SyntaxException(line, "blocks are nested more than " + MAX_DEPTH + " levels deep");
        }
        open.push(new Open(line, List.copyOf(words), current));
        current = new ArrayList<>();
    }

    /** Opens a block whose statement stands before it on a line of its own. */
    public void openLast(int line) throws SyntaxException {
        if (current.isEmpty() || current.getLast().hasBlock()) {
            throw new SyntaxException(line, "a { that belongs to nothing");
        }
        Statement last = current.removeLast();
        open(last.line(), last.words());
    }

    public void close(int line) throws SyntaxException {
        if (open.isEmpty()) {
            throw new SyntaxException(line, "a } that closes nothing");
        }
        Open closed = open.pop();
        Statement statement = new Statement(closed.line(), closed.words(), current, true);
        current = closed.before();
        current.add(statement);
    }

    /** The statements outside of every block, when all of them are closed. */
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
