package io.vipgate.importer.netfilter;

import java.util.HashSet;
import java.util.Set;

/**
 * Which rules some connection got to.
 *
 * <p>Confined to one thread.
 */
final class RuleUse {
    private final Set<Rule> asked = new HashSet<>();
    private final Set<Rule> askedForMark = new HashSet<>();
    private final Set<Rule> matched = new HashSet<>();
    private final Set<Rule> translated = new HashSet<>();

    /** Something drew a number or a chance for it. */
    void asked(Rule rule) {
        asked.add(rule);
    }

    /** A packet came as far as its question for a mark. */
    void askedForMark(Rule rule) {
        askedForMark.add(rule);
    }

    boolean isAskedForMark(Rule rule) {
        return askedForMark.contains(rule);
    }

    void matched(Rule rule) {
        matched.add(rule);
    }

    void translated(Rule rule) {
        translated.add(rule);
    }

    boolean isAsked(Rule rule) {
        return asked.contains(rule);
    }

    boolean isMatched(Rule rule) {
        return matched.contains(rule);
    }

    boolean isTranslating(Rule rule) {
        return translated.contains(rule);
    }
}
