package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.ConfigDraft;
import io.vipgate.importer.common.DraftListener;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.PortRange;
import io.vipgate.importer.common.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The {@code bind} lines of a frontend: addresses, ports and what else they say; manual of HAProxy, section 5.1.
 *
 * <p>Confined to one import.
 */
final class HaproxyBinds {
    private static final Set<String> IGNORED = Set.of("name", "id", "process", "thread", "user", "group", "uid",
            "gid", "mode", "level", "tfo", "defer-accept", "nbconn", "shards", "severity-output", "expose-fd", "guid",
            "nice", "idle-ping");
    private static final Set<String> FLAGS = Set.of("ssl", "transparent", "accept-proxy", "v4v6", "v6only",
            "tfo",
            "defer-accept", "strict-sni", "generate-certificates", "no-ca-names", "no-sslv3", "no-tlsv10", "no-tlsv11",
            "no-tlsv12", "no-tlsv13", "no-tls-tickets", "allow-0rtt", "prefer-client-ciphers", "force-sslv3",
            "force-tlsv10", "force-tlsv11", "force-tlsv12", "force-tlsv13", "accept-netscaler-cip", "quic-force-retry");

    private static final Pattern FAMILY = Pattern.compile("^(?:ipv|tcp)[46]?@");
    /** What makes a bind one that vipgate must not take the place of. */
    private static final Map<String, String> LEAVING_OUT = Map.of("ssl",
            "vipgate does not terminate TLS, it passes it on to endpoints that do", "accept-netscaler-cip",
            "vipgate does not accept a NetScaler header", "namespace", "an address of another network namespace");

    private final Notes notes;
    private final List<HostPort> addresses = new ArrayList<>();
    private final Map<HostPort, Statement> acceptingProxy = new HashMap<>();
    private boolean isTransparent;
    private int backlog;

    HaproxyBinds(Notes notes) {
        this.notes = notes;
    }

    List<HostPort> addresses() {
        return addresses;
    }

    /** The line that says that all who come to an address send a PROXY header. */
    Optional<Statement> acceptingProxy(HostPort address) {
        return Optional.ofNullable(acceptingProxy.get(address));
    }

    /** Whether addresses are bound that may be another machine's. */
    boolean isTransparent() {
        return isTransparent;
    }

    /** 0 when it is not written. */
    int backlog() {
        return backlog;
    }

    void read(Statement bind) {
        List<String> words = bind.words().subList(Math.min(2, bind.words().size()), bind.words().size());
        for (String word : words) {
            if (LEAVING_OUT.containsKey(word)) {
                notes.addLoss(bind, LEAVING_OUT.get(word) + "; the bind is left out");
                return;
            }
        }
        boolean isV6Only = words.contains("v6only");
        int before = addresses.size();
        for (String address : bind.word(1).split(",", -1)) {
            address(bind, address, isV6Only);
        }
        if (words.contains("accept-proxy")) {
            addresses.subList(before, addresses.size()).forEach(each -> acceptingProxy.putIfAbsent(each, bind));
        }
        int i = 0;
        while (i < words.size()) {
            String word = words.get(i++);
            String value = i < words.size() && !FLAGS.contains(word) ? words.get(i++) : "";
            switch (word) {
                case "v4v6", "v6only", "accept-proxy" -> {
                }
                case "transparent" -> {
                    isTransparent = true;
                    notes.add(bind, "transparent: freebind binds addresses that another machine may hold; "
                            + "connections to any other address are not accepted");
                }
                case "backlog" ->
                    backlog = DraftListener.backlog(value).orElse(0);
                case "interface" -> notes.add(bind,
                        "interface " + value + ": a listener is bound to an address, not an interface");
                case "maxconn" -> notes.add(bind, "maxconn " + value + ": write it as maxConnections of the listener, "
                        + "where it holds for all of its addresses together");
                default -> {
                    if (!IGNORED.contains(word)) {
                        notes.add(bind, word + ": no equivalent; the address is bound without it");
                    }
                }
            }
        }
    }

    private void address(Statement bind, String text, boolean isV6Only) {
        Matcher family = FAMILY.matcher(text);
        boolean isFamily = family.lookingAt();
        String address = isFamily ? text.substring(family.end()) : text;
        boolean isIpv6 = isFamily && family.group().endsWith("6@");
        int colon = address.lastIndexOf(':');
        if (address.contains("@") || address.startsWith("/")) {
            notes.addLoss(bind, text + ": " + kind(address) + ", not an address and a port; it is left out");
            return;
        }
        if (colon < 0) {
            notes.addLoss(bind, text + ": an address and a port are expected; it is left out");
            return;
        }
        String host = HostPort.withoutBrackets(address.substring(0, colon));
        Optional<PortRange> ports = PortRange.parse(address.substring(colon + 1));
        if (ports.isEmpty()) {
            notes.addLoss(bind, text + ": a port, or a range of at most " + PortRange.MAX_PORTS
                    + ", is expected; it is left out");
            return;
        }
        for (int port = ports.get().first(); port <= ports.get().last()
                && addresses.size() <= ConfigDraft.MAX_SIZE; port++) {
            List<HostPort> found = listen(host, port, isIpv6, isV6Only);
            if (found.isEmpty()) {
                notes.addLoss(bind, text + (text.contains("$")
                        ? ": the value of its variable is not known here; it is left out"
                        : ": HAProxy looks the name up when it starts; write the address. It is left out"));
                return;
            }
            addresses.addAll(found);
        }
        if (host.equals("localhost")) {
            notes.add(bind, "localhost: both 127.0.0.1 and ::1");
        }
    }

    private static String kind(String address) {
        if (address.startsWith("fd@") || address.startsWith("sockpair@")) {
            return "a socket that HAProxy is handed";
        }
        return address.startsWith("quic") || address.startsWith("udp") || address.startsWith("dgram")
                ? "UDP"
                : "a unix socket or another kind of address";
    }

    /** Without an address it is every IPv4 address, and {@code ::} both families unless it says that it is not. */
    private static List<HostPort> listen(String host, int port, boolean isIpv6, boolean isV6Only) {
        boolean isAny = host.isEmpty() || host.equals("*");
        if (host.equals("::") || (isAny && isIpv6)) {
            return isV6Only ? HostPort.address("::", port).stream().toList() : List.of(HostPort.any(port));
        }
        if (host.equals("localhost")) {
            return Stream.of("127.0.0.1", "::1").flatMap(each -> HostPort.address(each, port).stream()).toList();
        }
        return HostPort.address(isAny ? "0.0.0.0" : host, port).stream().toList();
    }
}
