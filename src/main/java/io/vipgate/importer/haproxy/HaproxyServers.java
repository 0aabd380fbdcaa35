package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The servers of a section, in their order: {@code server} and {@code server-template} lines with what {@code default-server} lines
 * before them say, and the server of a {@code dispatch} line.
 *
 * <p>Confined to one import.
 */
final class HaproxyServers {
    private static final Pattern COUNT = Pattern.compile("([0-9]{1,5})(?:-([0-9]{1,5}))?");

    private final Notes notes;

    HaproxyServers(Notes notes) {
        this.notes = notes;
    }

    List<HaproxyServer> of(HaproxySection backend) {
        List<HaproxyServer> servers = new ArrayList<>();
        Map<String, String> defaults = new HashMap<>();
        for (Statement statement : backend.statements().toList()) {
            switch (statement.name()) {
                case "default-server" -> HaproxyServer.read(statement, 1, defaults);
                case "server" ->
                    servers.add(HaproxyServer.of(statement, statement.word(1), statement.word(2), 3, defaults));
                case "server-template" -> servers.add(template(statement, defaults));
                default -> {
                }
            }
        }
        boolean isAlone = servers.isEmpty();
        backend.last("dispatch").ifPresent(statement -> {
            if (isAlone) {
                servers.add(HaproxyServer.of(statement, "dispatch", statement.word(1), 2, Map.of()));
            } else {
                notes.addLoss(statement, "stands beside servers; it is left out, and they take its share");
            }
        });
        return servers;
    }

    private HaproxyServer template(Statement statement, Map<String, String> defaults) {
        HaproxyServer server = HaproxyServer.of(statement, statement.word(1), statement.word(3), 4, defaults);
        Matcher count = COUNT.matcher(statement.word(2));
        int slots = 0;
        if (count.matches()) {
            int first = Integer.parseInt(count.group(1));
            slots = count.group(2) == null ? first : Integer.parseInt(count.group(2)) - first + 1;
        }
        if (slots < 1) {
            notes.addLoss(statement, statement.word(2) + " is not a number of servers; it is taken as one");
        }
        return server.withSlots(Math.max(1, slots));
    }
}
