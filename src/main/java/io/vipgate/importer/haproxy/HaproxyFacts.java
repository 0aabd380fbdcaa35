package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.ClientSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is not known when rules are read, and decides what they do: whether a file has the client, whether a counter is above its
 * limit. Few of them are told apart; a combination has a bit for each.
 *
 * <p>Confined to one listener.
 */
final class HaproxyFacts {
    private static final int MAX_FACTS = 4;

    private final List<HaproxyFact> facts = new ArrayList<>();

    /** A fact of the rules. */
    sealed interface HaproxyFact {
        /** The file has the client's address. */
        record InFile(String path) implements HaproxyFact {}

        /**
         * The client has more connections than so many.
         *
         * @param most how many it may have
         */
        record Above(HaproxyCounter counter, long most) implements HaproxyFact {}
    }

    /** Where a fact holds, which is for every client or none; empty when there are too many facts. */
    Optional<HaproxyWhere> where(HaproxyFact fact) {
        if (!facts.contains(fact)) {
            if (facts.size() == MAX_FACTS) {
                return Optional.empty();
            }
            facts.add(fact);
        }
        int bit = bit(fact);
        List<ClientSet> clients = new ArrayList<>();
        for (int combination = 0; combination < 1 << MAX_FACTS; combination++) {
            clients.add((combination & bit) == 0 ? ClientSet.NONE : ClientSet.ALL);
        }
        return Optional.of(HaproxyWhere.of(clients));
    }

    int bit(HaproxyFact fact) {
        return 1 << facts.indexOf(fact);
    }

    List<HaproxyFact.InFile> files() {
        return facts.stream().filter(HaproxyFact.InFile.class::isInstance).map(HaproxyFact.InFile.class::cast).toList();
    }

    List<HaproxyFact.Above> limits() {
        return facts.stream().filter(HaproxyFact.Above.class::isInstance).map(HaproxyFact.Above.class::cast).toList();
    }
}
