package io.vipgate.config;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * HTTP status codes, written {@code 200,204,300-399}. <b>Immutable.</b>
 *
 * @param ranges at least one, as written
 */
public record StatusRanges(List<Range> ranges) {
    private static final Pattern FORM = Pattern.compile("([1-5][0-9]{2})(?:-([1-5][0-9]{2}))?");

    /**
     * Codes from first to last, both included.
     *
     * @param first 100..599
     * @param last first..599
     */
    public record Range(int first, int last) {
        @Override
        public String toString() {
            return first == last ? Integer.toString(first) : first + "-" + last;
        }
    }

    /** Keeps its own copy. */
    public StatusRanges {
        ranges = List.copyOf(ranges);
    }

    static StatusRanges parse(String text) throws BadValueException {
        List<Range> ranges = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            Matcher matcher = FORM.matcher(part.strip());
            int first = matcher.matches() ? Integer.parseInt(matcher.group(1)) : -1;
            int last = first > 0 && matcher.group(2) != null ? Integer.parseInt(matcher.group(2)) : first;
            if (first < 0 || last < first) {
                throw BadValueException
                        .expected("status codes 100 to 599 and ranges of them, for example 200,204,300-399");
            }
            ranges.add(new Range(first, last));
        }
        return new StatusRanges(ranges);
    }

    /** Whether one of the ranges holds the code. */
    public boolean contains(int status) {
        return ranges.stream().anyMatch(range -> range.first() <= status && status <= range.last());
    }

    @Override
    public String toString() {
        return ranges.stream().map(Range::toString).collect(Collectors.joining(","));
    }
}
