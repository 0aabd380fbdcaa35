package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.DraftProbe;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.util.Locale;

/**
 * The ready-made checks of a protocol: {@code mysql-check}, {@code pgsql-check}, {@code redis-check}, {@code ldap-check},
 * {@code smtpchk}, {@code ssl-hello-chk}.
 *
 * <p>Confined to one import.
 */
final class HaproxyProtocolCheck {
    private static final int MAX_USER = 255;

    private final Notes notes;
    private final Statement option;

    HaproxyProtocolCheck(Notes notes, Statement option) {
        this.notes = notes;
        this.option = option;
    }

    void apply(DraftProbe probe) {
        switch (option.word(1)) {
            case "ssl-hello-chk" -> {
                probe.type("tls");
                notes.add(option,
                        "HAProxy takes any answer to its hello, an alert too; the probe completes the handshake");
            }
            case "redis-check" -> probe.type("redis");
            case "ldap-check" -> probe.type("ldap");
            case "smtpchk" -> smtp(probe);
            case "mysql-check" -> {
                probe.protocol("mysql", "user", user());
                if (option.words().contains("pre-41")) {
                    notes.addLoss(option, "pre-41: the probe speaks the protocol of 4.1 and later alone");
                }
            }
            case "pgsql-check" -> {
                if (user().isEmpty()) {
                    notes.addLoss(option, "without user; a TCP connect is the probe");
                } else {
                    probe.protocol("pgsql", "user", user());
                }
            }
            default -> notes.addLoss(option,
                    "no equivalent; a TCP connect is the probe, so a server that accepts and no more counts as UP");
        }
    }

    /** HAProxy says HELO localhost unless both words are there and the first is one of the two. */
    private void smtp(DraftProbe probe) {
        String greeting = option.word(2).toUpperCase(Locale.ROOT);
        probe.smtp(greeting.equals("HELO") || greeting.equals("EHLO") ? option.word(3) : "");
    }

    private String user() {
        int at = option.words().indexOf("user");
        String name = at > 1 ? option.word(at + 1) : "";
        return name.length() <= MAX_USER && name.chars().noneMatch(Character::isISOControl) ? name : "";
    }
}
