package io.vipgate.importer.common;

import io.vipgate.text.Sanitizer;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A statement of another program's configuration: words, and perhaps a block of further statements.
 *
 * <p>Immutable.
 *
 * @param line where it begins, from 1
 * @param words at min one, without their quotes
 * @param block what stands in its braces or belongs to its section
 * @param hasBlock whether there is a block, even an empty one
 */
public record Statement(int line, List<String> words, List<Statement> block, boolean hasBlock) {
    private static final int MAX_LENGTH = 100;

    /** Copies the lists. */
    public Statement {
        words = List.copyOf(words);
        block = List.copyOf(block);
    }

    /** The first word, which says what it is. */
    public String name() {
        return words.getFirst();
    }

    /** The word at an index, from 0; empty when there are fewer. */
    public String word(int index) {
        return index < words.size() ? words.get(index) : "";
    }

    /** The words from a place on, with blanks between them. */
    public String rest(int from) {
        return from < words.size() ? String.join(" ", words.subList(from, words.size())) : "";
    }

    /** Whether it begins with these words. */
    public boolean is(String... first) {
        return words.size() >= first.length && words.subList(0, first.length).equals(List.of(first));
    }

    /** The statements of the block that begin with the word. */
    public Stream<Statement> all(String name) {
        return block.stream().filter(statement -> statement.name().equals(name));
    }

    /** The last statement of the block that begins with one of the words: a later one replaces those before it. */
    public Optional<Statement> last(String... names) {
        return block.stream().filter(statement -> List.of(names).contains(statement.name())).reduce((_, last) -> last);
    }

    /** The words as a note shows them. */
    @Override
    public String toString() {
        return Sanitizer.escape(String.join(" ", words), MAX_LENGTH);
    }
}
