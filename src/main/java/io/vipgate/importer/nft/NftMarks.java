package io.vipgate.importer.nft;

import io.vipgate.importer.netfilter.Action;
import io.vipgate.importer.common.Intervals;
import io.vipgate.importer.netfilter.NumberSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Statements that set a mark: {@code meta mark set ct mark & 0xff | 0x1}.
 *
 * <p>Confined to one rule.
 */
final class NftMarks {
    private static final long ALL_BITS = 0xFFFF_FFFFL;
    private static final int MAX_OPTIONS = 256;

    private final NftCursor words;
    private final NftMatches reader;

    NftMarks(NftCursor words, NftMatches reader) {
        this.words = words;
        this.reader = reader;
    }

    /** The change that comes next, if one does. */
    Optional<Action> change() throws NftProblemException {
        boolean isOfConnection = words.isNext("ct", "mark", "set");
        if (!isOfConnection && !words.isNext("meta", "mark", "set") && !words.isNext("mark", "set")) {
            return Optional.empty();
        }
        words.skip(words.isNext("mark") ? 2 : 3);
        Optional<NftNumber> number = reader.number();
        if (number.isPresent()) {
            return Optional.of(drawn(isOfConnection, number.get()));
        }
        while (words.takes("(")) {
            // the operations are done from the left to the right
        }
        boolean isMark = words.isNext("meta", "mark") || words.isNext("mark");
        boolean isConnectionMark = words.isNext("ct", "mark");
        long keep = ALL_BITS;
        long flip = 0;
        if (isMark || isConnectionMark) {
            words.skip(words.isNext("mark") ? 1 : 2);
        } else {
            keep = 0;
            flip = NftValues.number(words.next().text());
        }
        boolean isMore = true;
        while (isMore) {
            boolean _ = words.takes(")");
            if (words.takes("&") || words.takes("and")) {
                long mask = NftValues.number(words.next().text());
                keep &= mask;
                flip &= mask;
            } else if (words.takes("|") || words.takes("or")) {
                long bits = NftValues.number(words.next().text());
                keep &= ~bits & ALL_BITS;
                flip |= bits;
            } else if (words.takes("^") || words.takes("xor")) {
                flip ^= NftValues.number(words.next().text());
            } else {
                isMore = false;
            }
        }
        Action change = new Action.ChangeMark(isOfConnection, keep, flip);
        boolean isCopy = isOfConnection ? isMark : isConnectionMark;
        return Optional.of(isCopy
                ? new Action.Sequence(List.of(new Action.CopyMark(isOfConnection, ALL_BITS, ALL_BITS), change))
                : change);
    }

    private Action drawn(boolean isOfConnection, NftNumber number) throws NftProblemException {
        NumberSource source = number.source();
        if (source.modulus() > MAX_OPTIONS) {
            throw new NftProblemException("more than " + MAX_OPTIONS + " marks");
        }
        List<Action.Option> options = new ArrayList<>();
        if (words.takes("map")) {
            for (List<NftWord> element : reader.elements()) {
                List<List<NftWord>> pair = NftValues.keyAndValue(element);
                options.add(new Action.Option(number.numbers(NftWord.text(pair.getFirst())), new Action.ChangeMark(
                        isOfConnection, 0, NftValues.number(NftWord.text(pair.getLast())))));
            }
        } else {
            for (int i = 0; i < source.modulus(); i++) {
                options.add(new Action.Option(Intervals.of(i, i), new Action.ChangeMark(isOfConnection, 0, i
                        + number.offset())));
            }
        }
        return new Action.Draw(source, options);
    }
}
