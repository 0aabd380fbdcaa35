package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A {@code server} or {@code server-template} line: a name, an address and words with or without a value, those of
 * {@code default-server} lines first; manual of HAProxy, section 5.2.
 *
 * <p>Immutable.
 *
 * @param statement as it stands in the file
 * @param words what was said, by word; empty text for those without a value
 * @param slots for how many servers it stands
 */
record HaproxyServer(Statement statement, String name, String address, Map<String, String> words, int slots) {
    private static final Pattern FAMILY = Pattern.compile("^(?:ipv[46]|tcp[46]?)@");
    private static final Pattern LEADING_DIGITS = Pattern.compile("[+]?([0-9]{1,9})");
    private static final Set<String> CLIENTS_ADDRESS = Set.of("", "*", "0.0.0.0", "::");
    private static final Set<String> WITH_VALUE = Set.of("weight", "inter", "fastinter", "downinter", "rise", "fall",
            "port", "maxconn", "slowstart", "source", "on-marked-down", "on-marked-up", "on-error", "observe",
            "error-limit", "cookie", "id", "addr", "track", "minconn", "maxqueue", "tcp-ut", "verify", "ca-file",
            "crl-file", "crt", "sni", "check-sni", "check-alpn", "check-proto", "alpn", "npn", "verifyhost",
            "init-addr",
            "resolvers", "resolve-prefer", "resolve-opts", "resolve-net", "namespace", "redir", "proto", "ws", "socks4",
            "pool-max-conn", "pool-low-conn", "pool-purge-delay", "agent-port", "agent-inter", "agent-addr",
            "agent-send", "max-reuse", "ciphers", "ciphersuites", "curves", "ssl-min-ver", "ssl-max-ver", "sigalgs",
            "client-sigalgs", "proxy-v2-options", "log-proto", "shard", "log-bufsize", "init-state", "hash-key", "guid",
            "cc", "usesrc", "interface", "quic-cc-algo", "pool-conn-name");

    /** Words that take back another one. */
    private static final Map<String, String> WITHOUT = Map.of("enabled", "disabled", "stick", "non-stick",
            "tls-tickets",
            "no-tls-tickets");

    private static final Set<String> PASSED_ON = Set.of("authority", "unique-id");

    HaproxyServer {
        words = Map.copyOf(words);
    }

    /**
     * Reads the line.
     *
     * @param from where the words begin
     * @param defaults words that hold unless the line has others
     */
    static HaproxyServer of(Statement statement, String name, String address, int from, Map<String, String> defaults) {
        Map<String, String> words = new HashMap<>(defaults);
        read(statement, from, words);
        return new HaproxyServer(statement, name, address, words, 1);
    }

    HaproxyServer withSlots(int count) {
        return new HaproxyServer(statement, name, address, words, count);
    }

    /** Adds the words of a line, from a place on, to those before it. */
    static void read(Statement statement, int from, Map<String, String> words) {
        int i = from;
        while (i < statement.words().size()) {
            String word = statement.word(i++);
            if (word.endsWith("check-ssl")) {
                words.remove("check-ssl");
                words.remove("no-check-ssl");
                words.put(word, "");
            } else if (WITHOUT.containsKey(word)) {
                words.remove(WITHOUT.get(word));
            } else if (word.startsWith("no-") && word.length() > 3) {
                words.remove(word.substring(3));
            } else if (WITH_VALUE.contains(word)) {
                if (word.equals("source")) {
                    words.remove("usesrc");
                }
                words.put(word, statement.word(i++));
            } else {
                words.put(word, "");
            }
        }
    }

    boolean has(String word) {
        return words.containsKey(word);
    }

    Optional<String> value(String word) {
        return Optional.ofNullable(words.get(word));
    }

    Optional<Duration> duration(String word) {
        return value(word).flatMap(HaproxyTime::parse);
    }

    long number(String word, long orElse) {
        return value(word).filter(text -> text.matches("[0-9]{1,9}")).map(Long::parseLong).orElse(orElse);
    }

    /** As HAProxy reads it: the digits that it begins with, and 0 where there are none. */
    long weight() {
        Matcher digits = LEADING_DIGITS.matcher(value("weight").orElse("1"));
        return digits.lookingAt() ? Long.parseLong(digits.group(1)) : 0;
    }

    /** Whether its address is that which the client connected to. */
    boolean isClientsAddress() {
        return isInet() && CLIENTS_ADDRESS.contains(host());
    }

    /** Whether its port is the one that the client connected to, or an offset from it. */
    boolean followsClientPort() {
        String port = portText();
        return isInet() && (port.isEmpty() || port.equals("0") || port.startsWith("+") || port.startsWith("-"));
    }

    private boolean isInet() {
        return !address.startsWith("/") && !host().contains("@") && !isService();
    }

    private String portText() {
        int colon = address.lastIndexOf(':');
        return colon < 0 || address.endsWith("]") ? "" : address.substring(colon + 1);
    }

    /** The name or address that it is reached at, without the port. */
    String host() {
        int colon = address.lastIndexOf(':');
        String host = colon < 0 || address.endsWith("]") ? address : address.substring(0, colon);
        return HostPort.withoutBrackets(FAMILY.matcher(host).replaceFirst(""));
    }

    /** Where it is, for clients who connected to the port. */
    Optional<HostPort> endpoint(int clientPort) {
        String text = portText();
        OptionalInt port = HostPort.port(text);
        if (text.isEmpty() || text.equals("0")) {
            port = OptionalInt.of(clientPort);
        } else if (followsClientPort()) {
            OptionalInt distance = HostPort.port(text.substring(1));
            port = distance.isEmpty()
                    ? distance
                    : HostPort.port(String.valueOf(
                            clientPort + (text.startsWith("+") ? 1 : -1) * distance.getAsInt()));
        }
        return port.isEmpty() || !isInet() ? Optional.empty() : HostPort.endpoint(host(), port.getAsInt());
    }

    /** Whether it is the name of a service, whose records say names, ports and weights. */
    boolean isService() {
        return host().startsWith("_");
    }

    /** Whether something decides its health. */
    boolean isChecked() {
        return has("check") || has("track");
    }

    /** The PROXY header that it expects: {@code none}, {@code v1} or {@code v2}. */
    String proxyProtocol() {
        return has("send-proxy-v2") || has("send-proxy-v2-ssl") || has("send-proxy-v2-ssl-cn")
                ? "v2"
                : has("send-proxy") ? "v1" : "none";
    }

    /** Options of a version 2 header; empty for another one. */
    List<String> proxyOptions() {
        return proxyProtocol().equals("v2")
                ? value("proxy-v2-options").map(text -> List.of(text.split(",", -1))).orElse(List.of())
                : List.of();
    }

    /** The header as a pool has it: the version alone, or with fields that are passed on. */
    Object proxyHeader() {
        List<String> fields = proxyOptions().stream().filter(PASSED_ON::contains).distinct().sorted().toList();
        boolean hasChecksum = proxyOptions().contains("crc32c");
        if (fields.isEmpty() && !hasChecksum) {
            return proxyProtocol();
        }
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("version", proxyProtocol());
        if (!fields.isEmpty()) {
            header.put("tlvs", fields);
        }
        if (hasChecksum) {
            header.put("crc32c", true);
        }
        return header;
    }

    /** The header as people read it: {@code v2 with unique-id, crc32c}. */
    String proxyHeaderText() {
        String extras = proxyOptions().stream().filter(option -> PASSED_ON.contains(option) || option.equals("crc32c"))
                .distinct().sorted().collect(Collectors.joining(", "));
        return proxyProtocol() + (extras.isEmpty() ? "" : " with " + extras);
    }
}
