package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.ConfigDraft;
import io.vipgate.importer.common.DraftListener;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.PortRange;
import io.vipgate.importer.common.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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

    private final Notes notes;
    private final List<HostPort> addresses = new ArrayList<>();
    private boolean isTransparent;
    private int backlog;

    HaproxyBinds(Notes notes) {
        this.notes = notes;
    }

    List<HostPort> addresses() {
        return addresses;
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
        if (words.contains("ssl")) {
            notes.add(bind,
                    "vipgate does not terminate TLS, it passes it on to endpoints that do; the bind is left out");
            return;
        }
        if (words.contains("accept-proxy") || words.contains("accept-netscaler-cip")) {
            notes.add(bind, "vipgate does not accept a PROXY header yet; the bind is left out");
            return;
        }
        boolean isV6Only = words.contains("v6only");
        for (String address : bind.word(1).split(",", -1)) {
            address(bind, address, isV6Only);
        }
        int i = 0;
        while (i < words.size()) {
            String word = words.get(i++);
            String value = i < words.size() && !FLAGS.contains(word) ? words.get(i++) : "";
            switch (word) {
                case "v4v6", "v6only" -> {
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
                default -> {
                    if (!IGNORED.contains(word)) {
                        notes.leftOut(bind, word + ": no equivalent");
                    }
                }
            }
        }
    }

    private void address(Statement bind, String text, boolean isV6Only) {
        String address = text.startsWith("ipv4@") || text.startsWith("ipv6@") ? text.substring(5) : text;
        boolean isIpv6 = text.startsWith("ipv6@");
        int colon = address.lastIndexOf(':');
        if (colon < 0 || address.contains("@") || address.startsWith("/")) {
            notes.leftOut(bind, text + ": an address and a port are expected");
            return;
        }
        String host = address.substring(0, colon);
        String bare = HostPort.withoutBrackets(host);
        Optional<PortRange> ports = PortRange.parse(address.substring(colon + 1));
        if (ports.isEmpty()) {
            notes.leftOut(bind,
                    text + ": a port, or a range of at most " + PortRange.MAX_PORTS + ", is expected");
            return;
        }
        for (int port = ports.get().first(); port <= ports.get().last()
                && addresses.size() <= ConfigDraft.MAX_SIZE; port++) {
            Optional<HostPort> found = listen(bare, port, isIpv6, isV6Only);
            if (found.isEmpty()) {
                notes.leftOut(bind, text + ": a name can't be bound, only an address");
                return;
            }
            addresses.add(found.get());
        }
    }

    /** Without an address it is every IPv4 address, and {@code ::} both families unless it says that it is not. */
    private static Optional<HostPort> listen(String host, int port, boolean isIpv6, boolean isV6Only) {
        if (host.isEmpty() || host.equals("*")) {
            return HostPort.address(isIpv6 ? "::" : "0.0.0.0", port);
        }
        return host.equals("::") && !isV6Only ? Optional.of(HostPort.any(port)) : HostPort.address(host, port);
    }
}
