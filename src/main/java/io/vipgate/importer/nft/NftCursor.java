package io.vipgate.importer.nft;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Goes through the words of a rule.
 *
 * <p>Confined to one rule.
 */
final class NftCursor {
    private final List<NftWord> words;
    private int at;

    NftCursor(List<NftWord> words) {
        this.words = words;
    }

    boolean isAtEnd() {
        return at >= words.size();
    }

    int at() {
        return at;
    }

    void to(int place) {
        at = place;
    }

    NftWord peek() throws NftProblemException {
        return peek(0);
    }

    NftWord peek(int ahead) throws NftProblemException {
        if (at + ahead >= words.size()) {
            throw new NftProblemException("it ends too soon");
        }
        return words.get(at + ahead);
    }

    /** Whether these words come next. */
    boolean isNext(String... texts) {
        for (int i = 0; i < texts.length; i++) {
            if (at + i >= words.size() || !words.get(at + i).is(texts[i])) {
                return false;
            }
        }
        return true;
    }

    NftWord next() throws NftProblemException {
        NftWord word = peek();
        at++;
        return word;
    }

    /** The next word, with the one behind it when it is a colon alone. */
    String nextJoined() throws NftProblemException {
        String first = next().text();
        return first.equals(":") && !isAtEnd() ? first + next().text() : first;
    }

    /** Takes a word if it comes next. */
    boolean takes(String text) {
        boolean isIt = isNext(text);
        at += isIt ? 1 : 0;
        return isIt;
    }

    void require(String text) throws NftProblemException {
        if (!takes(text)) {
            throw new NftProblemException(text + " is expected before " + (isAtEnd() ? "the end" : peek().text()));
        }
    }

    void skip(int count) {
        at = Math.min(words.size(), at + count);
    }

    /** Skips words of these, each with the one behind it. */
    void skipPairs(Set<String> names) {
        while (!isAtEnd() && (names.contains(words.get(at).text()) || words.get(at).isString())) {
            at += words.get(at).isString() ? 1 : 2;
        }
        at = Math.min(at, words.size());
    }

    /** What stands between the braces that come next. */
    List<NftWord> braces() throws NftProblemException {
        require("{");
        List<NftWord> inside = new ArrayList<>();
        int depth = 1;
        while (true) {
            NftWord word = next();
            depth += word.is("{") ? 1 : word.is("}") ? -1 : 0;
            if (depth == 0) {
                return inside;
            }
            inside.add(word);
        }
    }
}
