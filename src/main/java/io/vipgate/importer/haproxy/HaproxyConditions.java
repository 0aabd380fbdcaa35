package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The blocks of {@code .if}: manual of HAProxy, section 2.4. Those on {@code true}, {@code false} or a number are followed; what others
 * ask for is known to HAProxy alone, so they are left out to their end.
 *
 * <p>Confined to one import.
 */
final class HaproxyConditions {
    /** What becomes of the lines of a block. */
    private enum Branch {
        TAKEN, NOT_YET, OVER, UNKNOWN
    }

    private static final List<String> MESSAGES = List.of(".diag", ".notice", ".warning", ".alert");

    private final Notes notes;
    private final Deque<Branch> open = new ArrayDeque<>();

    HaproxyConditions(Notes notes) {
        this.notes = notes;
    }

    /** Whether lines count at this place. */
    boolean holds() {
        return open.stream().allMatch(each -> each == Branch.TAKEN);
    }

    void read(Statement directive) {
        switch (directive.name()) {
            case ".if" -> open.push(begin(directive));
            case ".elif" -> other(directive, directive.rest(1));
            case ".else" -> other(directive, "true");
            case ".endif" -> open.poll();
            default -> {
                if (holds() && !MESSAGES.contains(directive.name())) {
                    notes.add(directive, "not followed");
                }
            }
        }
    }

    private Branch begin(Statement directive) {
        if (!holds()) {
            return Branch.OVER;
        }
        String condition = directive.rest(1);
        if (isFalse(condition)) {
            return Branch.NOT_YET;
        }
        if (isTrue(condition)) {
            return Branch.TAKEN;
        }
        notes.addLoss(directive,
                "HAProxy alone knows whether it holds; it is left out up to its .endif, so put the lines that "
                        + "hold in its place and import again");
        return Branch.UNKNOWN;
    }

    private void other(Statement directive, String condition) {
        Branch before = open.isEmpty() ? Branch.UNKNOWN : open.pop();
        Branch now = switch (before) {
            case TAKEN, OVER -> Branch.OVER;
            case UNKNOWN -> Branch.UNKNOWN;
            case NOT_YET -> isTrue(condition) ? Branch.TAKEN : Branch.NOT_YET;
        };
        if (before == Branch.NOT_YET && !isTrue(condition) && !isFalse(condition)) {
            notes.addLoss(directive,
                    "HAProxy alone knows whether it holds; it is left out up to its .endif, so put the lines "
                            + "that hold in its place and import again");
            now = Branch.UNKNOWN;
        }
        open.push(now);
    }

    private static boolean isTrue(String condition) {
        return condition.equals("true") || (condition.matches("[0-9]{1,9}") && !isFalse(condition));
    }

    private static boolean isFalse(String condition) {
        return condition.isEmpty() || condition.equals("false") || condition.matches("0{1,9}");
    }
}
