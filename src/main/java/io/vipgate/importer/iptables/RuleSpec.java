package io.vipgate.importer.iptables;

import io.vipgate.importer.netfilter.Action;
import io.vipgate.importer.common.AddressFamily;
import io.vipgate.importer.netfilter.Match;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a rule says; two rules that say the same are equal, as {@code -D} and {@code -C} compare them.
 *
 * <p>Immutable.
 *
 * @param family of its addresses; empty when it has none
 * @param foreignProtocol the protocol, when it is not about TCP
 */
record RuleSpec(Optional<AddressFamily> family, List<Match> matches, Action action, String comment,
        String foreignProtocol) {
    RuleSpec {
        matches = List.copyOf(matches);
    }

    /** The same where something else must hold too. */
    RuleSpec onlyIf(Match match) {
        List<Match> more = new ArrayList<>(matches);
        more.addFirst(match);
        return new RuleSpec(family, more, action, comment, foreignProtocol);
    }
}
