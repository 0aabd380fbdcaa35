package io.vipgate.importer.keepalived;

import io.vipgate.importer.common.ConfigDraft;
import io.vipgate.importer.common.Durations;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import io.vipgate.importer.common.SyntaxException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Turns the virtual servers of a keepalived.conf into listeners and pools. VRRP stays with keepalived; its sections are
 * only reviewed.
 *
 * <p>Confined to one import.
 */
public final class KeepalivedImporter {
    private static final String NOTHING_IMPORTED = "no virtual_server that could be carried over";
    private static final String CLIENT_ADDRESSES = "LVS kept the clients' addresses; a proxy connects from its own, and "
            + "the endpoints' logs show that one. Set pools.P.clientAddress, for which vipgate check --routing prints what "
            + "the replies need, or proxyProtocol: v2, and the endpoints to expect it, to carry the clients' addresses over. Take the virtual servers out of keepalived.conf first: LVS takes the "
            + "packets before vipgate sees them";
    private static final String NO_MARKS = "a listener has addresses, not a firewall mark; it is left out";
    private static final int MAX_RANGE = 256;
    /** What the kernel begins with. */
    private static final Duration IDLE = Duration.ofMinutes(15);

    private final Notes notes = new Notes();
    private final ConfigDraft draft = new ConfigDraft(notes);
    private final Map<String, Statement> groups = new HashMap<>();

    private final Set<String> usedGroups = new HashSet<>();
    private Duration idle = IDLE;

    private KeepalivedImporter() {}

    /** Reads the text of a keepalived.conf. */
    public static ImportResult convert(String text) {
        return new KeepalivedImporter().run(text);
    }

    private ImportResult run(String text) {
        List<Statement> statements;
        try {
            statements = KeepalivedParser.parse(text, notes);
        } catch (SyntaxException e) {
            return ImportResult.failed(e.problem(), notes.inOrder());
        }
        VrrpReview review = new VrrpReview(statements, notes);
        review.run();
        idle = idle(statements);
        statements.stream().filter(each -> each.is("virtual_server_group"))
                .forEach(group -> groups.putIfAbsent(group.word(1), group));
        for (Statement statement : statements) {
            switch (statement.name()) {
                case "virtual_server" -> virtualServer(statement, review);
                case "virtual_server_group" -> {
                }
                default -> {
                    if (!KeepalivedUnsupported.reportIfUnresolved(statement, notes, canBeVirtualServer(statement))
                            && !KeepalivedKeywords.isKnown(statement.name())) {
                        KeepalivedUnsupported.report(statement, notes);
                    }
                }
            }
        }
        groups.values().stream().filter(group -> !usedGroups.contains(group.word(1)))
                .forEach(group -> notes.leftOut(group, "no virtual_server uses it"));
        return draft.finish(CLIENT_ADDRESSES, NOTHING_IMPORTED);
    }

    /** Of a line that is not read: whether clients can have been served by it. */
    private static boolean canBeVirtualServer(Statement statement) {
        String what = statement.word(1);
        return statement.name().startsWith("@")
                ? what.startsWith("virtual_server") || what.startsWith("include")
                : !what.startsWith("vrrp") && !what.startsWith("$");
    }

    private void virtualServer(Statement server, VrrpReview review) {
        if (draft.isFull()) {
            return;
        }
        List<HostPort> binds = new ArrayList<>();
        String name = server.word(2);
        switch (server.word(1)) {
            case "fwmark" -> notes.addLoss(server, NO_MARKS);
            case "group" -> {
                Statement group = groups.get(name);
                usedGroups.add(name);
                if (group == null) {
                    notes.addLoss(server, "no such virtual_server_group; it is left out");
                } else {
                    group.block().stream().takeWhile(_ -> binds.size() <= ConfigDraft.MAX_SIZE)
                            .forEach(entry -> binds.addAll(binds(entry, entry.word(0), entry.word(1))));
                }
            }
            default -> {
                binds.addAll(binds(server, server.word(1), server.word(2)));
                name = binds.isEmpty() ? "" : binds.getFirst().name();
            }
        }
        if (binds.isEmpty()) {
            draft.missListener();
        } else if (KeepalivedVirtualServer.followsPorts(server)) {
            byPort(server, name, binds, review);
        } else {
            listener(server, name, binds, review);
        }
    }

    /** A listener for each port, whose endpoints have that port. */
    private void byPort(Statement server, String name, List<HostPort> binds, VrrpReview review) {
        Map<Integer, List<HostPort>> ports = new LinkedHashMap<>();
        binds.forEach(bind -> ports.computeIfAbsent(bind.port(), _ -> new ArrayList<>()).add(bind));
        ports.forEach((port, group) -> listener(server, ports.size() == 1 ? name : name + "-" + port, group, review));
    }

    private void listener(Statement server, String name, List<HostPort> binds, VrrpReview review) {
        if (!draft.isFull()) {
            new KeepalivedVirtualServer(draft, notes, server, binds, idle).convert(name, review.floatingAddresses());
        }
    }

    /** How long LVS keeps a connection on which nothing moves; ipvsadm(8), {@code --set}. */
    private static Duration idle(List<Statement> statements) {
        return statements.stream().filter(each -> each.is("global_defs"))
                .flatMap(each -> each.last("lvs_timeouts").stream())
                .map(each -> each.word(each.words().indexOf("tcp") + 1))
                .flatMap(each -> KeepalivedTime.parse(each).stream())
                .filter(each -> each.toSeconds() > 0).reduce((_, last) -> last)
                .map(each -> Durations.clamp(each, Duration.ofSeconds(1), Durations.MAX)).orElse(IDLE);
    }

    private List<HostPort> binds(Statement statement, String range, String portText) {
        if (KeepalivedUnsupported.reportIfUnresolved(statement, notes, true)) {
            return List.of();
        }
        if (range.equals("fwmark")) {
            notes.addLoss(statement, NO_MARKS);
            return List.of();
        }
        OptionalInt port = HostPort.port(portText);
        if (port.isEmpty()) {
            notes.addLoss(statement, (portText.isEmpty() || portText.equals("0") ? "every port" : "port " + portText)
                    + ": a listener has single ports; it is left out");
            return List.of();
        }
        List<HostPort> binds = new ArrayList<>();
        for (String host : hosts(range)) {
            HostPort.address(host, port.getAsInt()).filter(each -> !each.isWildcard()).ifPresent(binds::add);
        }
        if (binds.isEmpty()) {
            notes.addLoss(statement, "not an address, or a range of more than " + MAX_RANGE + "; it is left out");
        }
        return binds;
    }

    /** The addresses of {@code 192.0.2.1-10}, {@code 2001:db8::10-1f}, {@code 192.0.2.1-192.0.2.10}, {@code 192.0.2.0/29}, or of one. */
    private static List<String> hosts(String range) {
        int slash = range.indexOf('/');
        int dash = range.indexOf('-');
        if (slash < 0 && dash < 0) {
            return List.of(range);
        }
        Optional<InetAddress> first = HostPort.literal(range.substring(0, Math.max(slash, dash)));
        String to = range.substring(Math.max(slash, dash) + 1);
        if (first.isEmpty()) {
            return List.of();
        }
        byte[] bytes = first.get().getAddress();
        BigInteger from = new BigInteger(1, bytes);
        BigInteger last = from.subtract(BigInteger.ONE);
        if (slash >= 0 && to.matches("[0-9]{1,3}") && Integer.parseInt(to) <= bytes.length * 8) {
            BigInteger size = BigInteger.ONE.shiftLeft(bytes.length * 8 - Integer.parseInt(to));
            from = from.divide(size).multiply(size);
            last = from.add(size).subtract(BigInteger.ONE);
        } else if (dash >= 0 && to.matches("[0-9]{1,3}") && bytes.length == 4 && Integer.parseInt(to) <= 255) {
            last = from.add(BigInteger.valueOf(Integer.parseInt(to) - (bytes[3] & 0xFF)));
        } else if (dash >= 0 && to.matches("[0-9A-Fa-f]{1,4}") && bytes.length == 16) {
            last = from.add(BigInteger.valueOf(
                    Integer.parseInt(to, 16) - ((bytes[14] & 0xFF) << Byte.SIZE | (bytes[15] & 0xFF))));
        } else if (dash >= 0) {
            last = HostPort.literal(to).filter(each -> each.getAddress().length == bytes.length)
                    .map(each -> new BigInteger(1, each.getAddress())).orElse(last);
        }
        List<String> hosts = new ArrayList<>();
        if (last.subtract(from).bitLength() > Integer.SIZE - 2 || last.subtract(from).intValue() >= MAX_RANGE) {
            return hosts;
        }
        for (BigInteger each = from; each.compareTo(last) <= 0; each = each.add(BigInteger.ONE)) {
            hosts.add(print(each, bytes.length));
        }
        return hosts;
    }

    private static String print(BigInteger address, int length) {
        byte[] bytes = new byte[length];
        byte[] digits = address.toByteArray();
        for (int i = 0; i < Math.min(length, digits.length); i++) {
            bytes[length - 1 - i] = digits[digits.length - 1 - i];
        }
        try {
            return HostPort.text(InetAddress.getByAddress(bytes));
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes", e);
        }
    }
}
