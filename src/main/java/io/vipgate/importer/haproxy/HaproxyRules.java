package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.ClientSet;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The {@code tcp-request} rules of a section of one level, of which the first that matches decides: whom they refuse, and who must
 * send a PROXY header.
 *
 * <p>Confined to one listener.
 */
final class HaproxyRules {
    static final String NOT_TOLD = "more decides about it than clients' addresses, files of them, and limits that "
            + "perSource has: those of whom it can't be told are accepted now";

    /** A rule, and whom it refuses since no rule before it has decided. */
    record Refusing(Statement rule, HaproxyWhere clients) {}

    private final Notes notes;
    private final HaproxyAcls acls;
    private final HaproxyClients clients;
    private HaproxyWhere left = HaproxyWhere.EVERYWHERE;
    private HaproxyWhere refused = HaproxyWhere.NOWHERE;
    private HaproxyWhere sending = HaproxyWhere.NOWHERE;
    private boolean isSendingTold = true;
    private final List<Refusing> refusing = new ArrayList<>();

    HaproxyRules(Notes notes, HaproxyAcls acls, HaproxyClients clients) {
        this.notes = notes;
        this.acls = acls;
        this.clients = clients;
    }

    /** The rules of a level: {@code connection}, {@code session} or {@code content}. */
    static List<Statement> of(HaproxySection section, String level) {
        return section.all("tcp-request", level);
    }

    HaproxyRules follow(List<Statement> rules) {
        for (Statement rule : rules) {
            HaproxyWhere where = acls.test(condition(rule), clients);
            switch (rule.word(2)) {
                case "accept" -> left = left.without(where);
                case "reject", "silent-drop" -> refuse(rule, where);
                case "expect-proxy" -> {
                    isSendingTold &= where.isToldFor(left);
                    sending = sending.or(left.and(where));
                }
                default -> {
                    if (HaproxyTables.isTracking(rule)) {
                        clients.track(rule, left.and(where));
                    }
                }
            }
        }
        return this;
    }

    /** From {@code if} or {@code unless} on; nothing where the rule always holds. */
    static List<String> condition(Statement rule) {
        List<String> words = rule.words();
        int at = Stream.of("if", "unless").mapToInt(words::indexOf).filter(found -> found > 1).min()
                .orElse(words.size());
        return words.subList(at, words.size());
    }

    private void refuse(Statement rule, HaproxyWhere where) {
        if (rule.word(2).equals("silent-drop")) {
            notes.addLoss(rule, "vipgate resets the connections that HAProxy left without an answer");
        }
        HaproxyWhere matched = left.and(where);
        if (!matched.isToldFor(HaproxyWhere.EVERYWHERE)) {
            notes.addLoss(rule, NOT_TOLD);
        }
        refusing.add(new Refusing(rule, matched));
        refused = refused.or(matched);
        left = left.without(where);
    }

    /** Those that are refused whatever else decides. */
    HaproxyWhere refused() {
        return HaproxyWhere.of(refused.surely());
    }

    /** The rules that refuse, in their order. */
    List<Refusing> refusing() {
        return List.copyOf(refusing);
    }

    /** Those that must send a header. */
    ClientSet sending() {
        return sending.surely(0);
    }

    /** Whether some must send a header. */
    boolean isSending() {
        return !sending.equals(HaproxyWhere.NOWHERE)
                && sending.possibly().stream().anyMatch(each -> !each.isEmpty());
    }

    /** Whether it is told by addresses alone who must send a header. */
    boolean isSendingTold() {
        return isSendingTold && sending.surely().stream().distinct().count() == 1;
    }
}
