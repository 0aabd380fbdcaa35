package io.vipgate.importer.netfilter;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * A rule of a chain. Each is itself: two that read alike have counters of their own.
 *
 * <p>Immutable.
 */
public final class Rule {
    private final int line;
    private final String text;
    private final List<Match> matches;
    private final Action action;

    /**
     * A rule.
     *
     * @param line where it stands, from 1
     * @param text as a note shows it
     * @param matches in the order in which the kernel asks
     */
    public Rule(int line, String text, List<Match> matches, Action action) {
        this.line = line;
        this.text = text;
        this.matches = List.copyOf(matches);
        this.action = action;
    }

    public int line() {
        return line;
    }

    public String text() {
        return text;
    }

    public List<Match> matches() {
        return matches;
    }

    public Action action() {
        return action;
    }

    /** Its matches, with those of its lookups. */
    List<Match> allMatches() {
        List<Match> all = new ArrayList<>();
        matches.forEach(match -> add(match, all));
        if (action instanceof Action.LookUp lookUp) {
            lookUp.entries().forEach(entry -> entry.key().forEach(match -> add(match, all)));
        }
        return all;
    }

    private static void add(Match match, List<Match> all) {
        if (match instanceof Match.AnyOf anyOf) {
            anyOf.alternatives().forEach(each -> each.forEach(inner -> add(inner, all)));
        } else {
            all.add(match);
        }
    }

    /** Whether its port matches leave a port in. */
    boolean isAboutPort(int port) {
        return matches.stream().allMatch(match -> !(match instanceof Match.DestinationPort to)
                || to.ports().contains(BigInteger.valueOf(port)));
    }

    /** Whether its address matches leave an address in. */
    boolean isAbout(BigInteger address) {
        for (Match match : matches) {
            if (match instanceof Match.Destination destination && !destination.addresses().contains(address)) {
                return false;
            }
        }
        return true;
    }
}
