package io.vipgate.importer.nginx;

import io.vipgate.importer.common.DraftListener;
import io.vipgate.importer.common.Durations;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.PortRange;
import io.vipgate.importer.common.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The {@code listen} directives of a stream server; ngx_stream_core_module.
 *
 * <p>Confined to one import.
 */
final class NginxListen {
    private static final Set<String> IGNORED = Set.of("reuseport", "bind", "deferred", "default_server",
            "default", "multipath", "proxy_protocol");

    private final Notes notes;
    private final List<HostPort> addresses = new ArrayList<>();
    private final Map<HostPort, Statement> expectingProxy = new HashMap<>();
    private final Map<String, Object> keepAlive = new TreeMap<>();
    private int backlog;

    NginxListen(Notes notes) {
        this.notes = notes;
    }

    List<HostPort> addresses() {
        return addresses;
    }

    /** The line that says that a PROXY header comes first at an address. */
    Optional<Statement> expectingProxy(HostPort address) {
        HostPort written = addresses.contains(address)
                ? address
                : addresses.stream().filter(each -> each.isWildcard() && each.port() == address.port()
                        && (each.host().isEmpty() || each.isIpv6() == address.isIpv6())).findFirst().orElse(address);
        return Optional.ofNullable(expectingProxy.get(written));
    }

    /** 0 when it is not written. */
    int backlog() {
        return backlog;
    }

    /** The keys of {@code keepAlive} that are written. */
    Map<String, Object> keepAlive() {
        return keepAlive;
    }

    void read(Statement listen) {
        List<String> words = listen.words().subList(Math.min(2, listen.words().size()), listen.words().size());
        String refusal = words.contains("udp")
                ? "only TCP; it is left out"
                : words.contains("ssl")
                        ? "vipgate does not terminate TLS, it passes it on to endpoints that do; it is left out"
                        : listen.word(1).startsWith("unix:")
                                ? "a unix socket is no address; it is left out"
                                : "";
        if (!refusal.isEmpty()) {
            notes.addLoss(listen, refusal);
            return;
        }
        int before = addresses.size();
        address(listen, !words.contains("ipv6only=off"));
        if (words.contains("proxy_protocol")) {
            addresses.subList(before, addresses.size()).forEach(each -> expectingProxy.putIfAbsent(each, listen));
        }
        for (String word : words) {
            int equals = word.indexOf('=');
            String value = word.substring(equals + 1);
            switch (equals < 0 ? word : word.substring(0, equals)) {
                case "ipv6only" -> {
                }
                case "backlog" ->
                    backlog = DraftListener.backlog(value).orElse(0);
                case "so_keepalive" -> keepAlive(listen, value);
                default -> {
                    if (!IGNORED.contains(word)) {
                        notes.leftOut(listen, word + ": no equivalent");
                    }
                }
            }
        }
    }

    private void address(Statement listen, boolean isIpv6Only) {
        String text = listen.word(1);
        if (text.startsWith("localhost:")) {
            notes.add(listen, "127.0.0.1 and [::1], whatever else this machine calls so");
            address(listen, text.replace("localhost", "127.0.0.1"), true);
            address(listen, text.replace("localhost", "[::1]"), true);
        } else {
            address(listen, text, isIpv6Only);
        }
    }

    private void address(Statement listen, String text, boolean isIpv6Only) {
        int colon = text.lastIndexOf(':');
        boolean hasHost = colon >= 0 && !text.endsWith("]");
        String host = hasHost ? text.substring(0, colon) : "*";
        String bare = HostPort.withoutBrackets(host);
        Optional<PortRange> ports = PortRange.parse(hasHost ? text.substring(colon + 1) : text);
        if (ports.isEmpty() || listen(bare, 1, isIpv6Only).isEmpty()) {
            notes.addLoss(listen, "an address, not a name, and a port or a range of at most " + PortRange.MAX_PORTS
                    + ", are expected; it is left out");
            return;
        }
        for (int port = ports.get().first(); port <= ports.get().last(); port++) {
            listen(bare, port, isIpv6Only).ifPresent(addresses::add);
        }
    }

    private static Optional<HostPort> listen(String host, int port, boolean isIpv6Only) {
        return host.equals("*")
                ? HostPort.address("0.0.0.0", port)
                : host.equals("::") && !isIpv6Only
                        ? Optional.of(HostPort.any(port))
                        : HostPort.address(host, port);
    }

    /** {@code on}, {@code off} or {@code idle:interval:count}, each of which may be absent. */
    private void keepAlive(Statement listen, String value) {
        if (value.equals("on")) {
            return;
        }
        if (value.equals("off")) {
            notes.add(listen, "so_keepalive=off: keepalive is always on; see keepAlive");
            return;
        }
        String[] parts = value.split(":", -1);
        for (int i = 0; i < parts.length && i < 2; i++) {
            Optional<Duration> time = NginxTime.parse(parts[i]);
            String key = i == 0 ? "idle" : "interval";
            time.ifPresent(each -> keepAlive.put(key, Duration.ofSeconds(Durations.clamp(each, Duration.ofSeconds(1),
                    Duration.ofSeconds(32_767)).toSeconds())));
        }
        if (parts.length > 2 && parts[2].matches("[1-9][0-9]{0,2}")) {
            keepAlive.put("count", Math.min(127, Integer.parseInt(parts[2])));
        }
    }
}
