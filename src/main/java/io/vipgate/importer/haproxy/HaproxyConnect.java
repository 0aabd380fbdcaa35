package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.DraftProbe;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * How a check connects: by the words of the server alone, or by a {@code connect} rule, which uses those only where it says
 * {@code default}, but for address and port.
 *
 * <p>Immutable.
 *
 * @param rule empty where there is none
 */
record HaproxyConnect(Optional<Statement> rule) {
    private static final Set<String> ONE_WORD = Set.of("ssl", "default", "send-proxy", "linger", "via-socks4");

    /** What HAProxy does without a rule. */
    static HaproxyConnect byServer() {
        return new HaproxyConnect(Optional.empty());
    }

    static HaproxyConnect of(Statement rule) {
        return new HaproxyConnect(Optional.of(rule));
    }

    /** The line of the rule, else of the server. */
    int line(HaproxyServer server) {
        return rule.orElse(server.statement()).line();
    }

    /** Whether words of the server about TLS and the PROXY header count. */
    private boolean isDefault() {
        return rule.isEmpty() || has("default");
    }

    private boolean has(String word) {
        return words().contains(word);
    }

    private Set<String> words() {
        return rule.map(each -> options(each).keySet()).orElse(Set.of());
    }

    private Optional<String> value(String word) {
        return rule.flatMap(each -> Optional.ofNullable(options(each).get(word))).filter(text -> !text.isEmpty());
    }

    /** Each word with what follows it, so that a value is not taken for a word. */
    static Map<String, String> options(Statement rule) {
        Map<String, String> options = new HashMap<>();
        int i = 2;
        while (i < rule.words().size()) {
            String word = rule.word(i++);
            options.put(word, ONE_WORD.contains(word) ? "" : rule.word(i++));
        }
        return options;
    }

    /** Whether the connection is encrypted; by default as those of clients are, but for a check of another address or port. */
    boolean isTls(HaproxyServer checked) {
        boolean isAsClients = checked.has("ssl") && !checked.has("no-check-ssl") && !checked.has("port")
                && !checked.has("addr");
        return has("ssl") || (isDefault() && (checked.has("check-ssl") || isAsClients));
    }

    private String address(HaproxyServer checked) {
        return value("addr").or(() -> checked.value("addr")).orElse("");
    }

    /** The port that is checked; empty for that of the server. */
    private String port(HaproxyServer checked) {
        return value("port").or(() -> checked.value("port")).orElseGet(() -> {
            int colon = address(checked).lastIndexOf(':');
            String behind = colon < 0 ? "" : address(checked).substring(colon + 1);
            boolean isPort = address(checked).indexOf(':') == colon || address(checked).startsWith("[");
            return isPort && HostPort.port(behind).isPresent() ? behind : "";
        });
    }

    private static String hostOf(String address) {
        int colon = address.lastIndexOf(':');
        boolean hasPort = colon > 0 && (address.indexOf(':') == colon || address.contains("]:"));
        return HostPort
                .withoutBrackets((hasPort ? address.substring(0, colon) : address).replaceFirst("^ipv[46]@", ""));
    }

    /**
     * Whether the probe can connect where HAProxy did: to the endpoint's own address.
     *
     * @param endpoint the server that becomes the endpoint; another one than the checked where it tracks that
     */
    boolean isOwnAddress(HaproxyServer checked, HaproxyServer endpoint) {
        String address = address(checked);
        String host = address.isEmpty() ? checked.host() : hostOf(address);
        return host.equals(endpoint.host());
    }

    /** Where it connected, as the file has it. */
    String target(HaproxyServer checked) {
        String address = address(checked);
        String host = address.isEmpty() ? checked.host() : hostOf(address);
        String port = port(checked);
        return port.isEmpty()
                ? address.isEmpty() ? checked.address() : host
                : (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    /** Sets port, PROXY header and TLS of the probe. */
    void apply(DraftProbe probe, HaproxyServer checked, HaproxyServer endpoint, Notes notes) {
        boolean isOwnPort = port(probe, checked, endpoint, notes);
        String header = header(checked);
        if (!header.equals("none") || !endpoint.proxyProtocol().equals("none")) {
            if (!isOwnPort || !header.equals(endpoint.proxyProtocol())) {
                probe.proxyProtocol(header);
            }
        }
        for (String word : List.of("via-socks4", "alpn", "proto")) {
            if (has(word)) {
                notes.addLoss(rule.orElseThrow(), word + ": no equivalent; the probe connects without it");
            }
        }
        if (isDefault()) {
            for (String word : List.of("check-via-socks4", "check-alpn", "check-proto")) {
                if (checked.has(word)) {
                    notes.addLoss(checked.statement(), word + ": no equivalent; the probe connects without it");
                }
            }
        }
    }

    /** Answers whether it is the endpoint's own one. */
    private boolean port(DraftProbe probe, HaproxyServer checked, HaproxyServer endpoint, Notes notes) {
        String text = port(checked);
        if (text.isEmpty() && !checked.equals(endpoint)) {
            text = checked.address().substring(checked.address().lastIndexOf(':') + 1);
            if (HostPort.port(text).isEmpty()) {
                return true;
            }
        }
        if (text.isEmpty()) {
            return true;
        }
        OptionalInt port = HostPort.port(text);
        if (port.isEmpty()) {
            notes.addLoss(line(checked), "port " + text + ": not a port from 1 to 65535; the check's port is left out");
            return true;
        }
        if (!checked.equals(endpoint) && endpoint.address().endsWith(":" + text)) {
            return true;
        }
        probe.port(port.getAsInt());
        return false;
    }

    /** HAProxy sends none by itself where the server has a port or an address for its checks, even if these are its own. */
    private String header(HaproxyServer checked) {
        boolean byServer = isDefault() && (checked.has("check-send-proxy")
                || (!checked.has("port") && !checked.has("addr") && !checked.proxyProtocol().equals("none")));
        if (!byServer && !has("send-proxy")) {
            return "none";
        }
        return checked.proxyProtocol().equals("none") ? "v1" : checked.proxyProtocol();
    }

    /** Sets what the probe checks of TLS. */
    void tls(DraftProbe probe, HaproxyServer checked, Notes notes) {
        String file = checked.value("ca-file").orElse("");
        String verify = checked.value("verify").orElse(file.isEmpty() ? "none" : "required");
        boolean isVerified = verify.equals("required");
        value("sni").or(() -> isDefault() ? checked.value("check-sni") : Optional.empty())
                .or(() -> isVerified ? checked.value("verifyhost") : Optional.empty())
                .filter(name -> name.chars().noneMatch(Character::isISOControl))
                .ifPresent(name -> probe.tls("serverName", name));
        probe.tls("verify", isVerified);
        if (isVerified && file.startsWith("/") && file.chars().noneMatch(Character::isISOControl)) {
            probe.tls("ca", file);
        } else if (isVerified && !file.isEmpty() && !file.equals("@system-ca")) {
            notes.addLoss(checked.statement(),
                    "ca-file " + file + ": write its whole path into probe.tls.ca; until then the "
                            + "machine's certificates are trusted");
        }
        for (String word : List.of("crt", "crl-file")) {
            if (checked.has(word)) {
                notes.addLoss(checked.statement(),
                        word + ": the probe has no certificate of its own and no list of revoked "
                                + "ones");
            }
        }
    }
}
