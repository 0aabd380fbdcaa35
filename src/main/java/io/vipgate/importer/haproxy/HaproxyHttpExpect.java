package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.DraftProbe;
import io.vipgate.importer.common.Notes;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What {@code http-check expect} rules look for in an answer: statuses, which are carried over exactly, negated and as patterns too,
 * and a text of the body.
 *
 * <p>Confined to one import.
 */
final class HaproxyHttpExpect {
    private static final Pattern RANGE = Pattern.compile("([0-9]{3})(?:-([0-9]{3}))?");
    private static final int FIRST = 100;
    private static final int END = 600;
    private static final int MAX_PATTERN = 100;
    private static final String NOT_CHECKED = "; it is not looked at: a server that fails it alone counts as UP";

    private final Notes notes;
    private final String method;
    private final BitSet allowed = new BitSet();
    private String body = "";
    private boolean hasStatus;

    HaproxyHttpExpect(Notes notes, String method) {
        this.notes = notes;
        this.method = method;
        allowed.set(FIRST, END);
    }

    /** Without a rule HAProxy expects 2xx or 3xx; with one, that alone decides, even where the probe can't look for it. */
    void apply(DraftProbe probe, List<HaproxyPattern> patterns) {
        hasStatus = patterns.stream().anyMatch(each -> statuses(each).isPresent());
        for (HaproxyPattern pattern : patterns) {
            Optional<BitSet> statuses = statuses(pattern);
            if (statuses.isPresent()) {
                allowed.and(statuses.get());
            } else if (pattern.match().equals("status")) {
                notes.addLoss(pattern.rule(), "not codes from 100 to 599, or ranges of them" + NOT_CHECKED);
            } else if (pattern.match().equals("rstatus")) {
                lose(pattern, "not a pattern of statuses that is understood here");
            } else {
                body(probe, pattern);
            }
        }
        boolean isDefault = patterns.stream()
                .allMatch(each -> each.match().equals("status") && statuses(each).isEmpty());
        if (!isDefault && !probe.expectStatus(written())) {
            notes.addLoss(patterns.getLast().rule(), "no status can be all of what is expected; 200-399 passes");
        }
    }

    private void body(DraftProbe probe, HaproxyPattern pattern) {
        Optional<String> plain = pattern.plain();
        if (plain.isEmpty() || pattern.match().startsWith("binary")) {
            lose(pattern, "the probe looks for a status and one text of the body, not for \"" + pattern + "\"");
        } else if (!body.isEmpty()) {
            lose(pattern, "the probe looks for one text of the body, and that is \"" + body + "\"");
        } else if (method.equals("HEAD")) {
            lose(pattern, "the answer to HEAD has no body");
        } else {
            body = plain.get();
            probe.expectBody(pattern.rule().line(), body);
        }
    }

    private void lose(HaproxyPattern pattern, String reason) {
        notes.addLoss(pattern.rule(), reason + NOT_CHECKED
                + (hasStatus ? "" : ", with any status: HAProxy looked at none here"));
    }

    private static Optional<BitSet> statuses(HaproxyPattern pattern) {
        Optional<BitSet> found = switch (pattern.match()) {
            case "status" -> listed(pattern.text());
            case "rstatus" -> matching(pattern.text());
            default -> Optional.empty();
        };
        if (pattern.isNegated()) {
            found.ifPresent(each -> each.flip(FIRST, END));
        }
        return found;
    }

    private static Optional<BitSet> listed(String text) {
        BitSet codes = new BitSet();
        for (String range : text.split(",", -1)) {
            Matcher matcher = RANGE.matcher(range);
            if (!matcher.matches()) {
                return Optional.empty();
            }
            int first = Math.max(FIRST, Integer.parseInt(matcher.group(1)));
            int last = Math.min(END - 1,
                    Integer.parseInt(matcher.group(2) == null ? matcher.group(1) : matcher.group(2)));
            if (last < first) {
                return Optional.empty();
            }
            codes.set(first, last + 1);
        }
        return Optional.of(codes);
    }

    private static Optional<BitSet> matching(String regex) {
        if (regex.length() > MAX_PATTERN) {
            return Optional.empty();
        }
        try {
            Pattern pattern = Pattern.compile(regex);
            BitSet codes = new BitSet();
            for (int code = FIRST; code < END; code++) {
                codes.set(code, pattern.matcher(String.valueOf(code)).find());
            }
            return Optional.of(codes);
        } catch (PatternSyntaxException e) {
            return Optional.empty();
        }
    }

    private String written() {
        StringBuilder out = new StringBuilder();
        for (int first = allowed.nextSetBit(FIRST); first >= 0; first = allowed.nextSetBit(first)) {
            int end = allowed.nextClearBit(first);
            out.append(out.isEmpty() ? "" : ",").append(first).append(end - first == 1 ? "" : "-" + (end - 1));
            first = end;
        }
        return out.toString();
    }
}
