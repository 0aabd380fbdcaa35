package io.vipgate.importer.nginx;

import io.vipgate.importer.common.ClientSet;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The {@code allow} and {@code deny} directives of a server, of which the first that matches decides; ngx_stream_access_module.
 *
 * <p>Confined to one import.
 */
final class NginxAccess {
    private static final int MAX_TURNS = 2_000;

    private final Notes notes;
    private final List<Statement> rules;
    private final List<String> allow = new ArrayList<>();
    private final List<String> deny = new ArrayList<>();
    private ClientSet refused = ClientSet.NONE;

    NginxAccess(Notes notes, List<Statement> rules) {
        this.notes = notes;
        this.rules = rules;
        follow();
    }

    /** Takes rules that say the same one after the other together: lists are long. */
    private void follow() {
        ClientSet left = ClientSet.ALL;
        List<ClientSet> alike = new ArrayList<>();
        boolean isDeny = false;
        int turns = 0;
        for (Statement rule : rules) {
            if (rule.is("deny") != isDeny) {
                left = take(left, isDeny, alike);
                alike.clear();
                isDeny = !isDeny;
                turns++;
            }
            if (turns > MAX_TURNS) {
                notes.addLoss(rule, "more rules than can be followed; those from here on are left out");
                break;
            }
            read(rule, isDeny ? deny : allow).ifPresent(alike::add);
        }
        take(left, isDeny, alike);
    }

    private ClientSet take(ClientSet left, boolean isDeny, List<ClientSet> alike) {
        ClientSet matched = ClientSet.union(alike);
        if (isDeny) {
            refused = refused.or(left.and(matched));
        }
        return left.without(matched);
    }

    private Optional<ClientSet> read(Statement rule, List<String> written) {
        String text = rule.word(1);
        if (text.equals("all")) {
            return Optional.of(ClientSet.ALL);
        }
        Optional<ClientSet> clients = ClientSet.of(text).filter(_ -> !text.contains("-"));
        if (clients.isPresent()) {
            written.add(text);
        } else if (!text.equals("unix:")) {
            notes.addLoss(rule, "an address, a network or all is expected; it is left out");
        }
        return clients;
    }

    ClientSet refused() {
        return refused;
    }

    /** Networks as they are written. */
    List<String> allow() {
        return allow;
    }

    List<String> deny() {
        return deny;
    }

    /** The line that a note about all of them names. */
    Optional<Statement> first() {
        return rules.stream().findFirst();
    }
}
