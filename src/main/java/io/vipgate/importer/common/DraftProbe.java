package io.vipgate.importer.common;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A probe to be written. Takes any value, clamps it to what vipgate accepts, and notes where that changed it.
 *
 * <p>Confined to one import.
 */
public final class DraftProbe {
    public static final Duration MAX_INTERVAL = Duration.ofHours(1);
    public static final Duration MAX_TIMEOUT = Duration.ofMinutes(1);

    private static final Duration MIN_INTERVAL = Duration.ofMillis(10);
    private static final Duration MIN_TIMEOUT = Duration.ofMillis(1);
    private static final long MAX_COUNT = 100;
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_.:\\[\\]-]+");

    private static final Pattern HELO = Pattern.compile("[A-Za-z0-9_.:\\[\\]-]{1,255}");
    private static final Pattern METHOD = Pattern.compile("[A-Z]{3,20}");
    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,62}");
    private static final Pattern HEADER_VALUE = Pattern.compile("(?:[!-~](?:[ -~]*[!-~])?)?");
    private static final Set<String> FRAMING = Set.of("content-length", "transfer-encoding", "trailer");
    private static final Set<String> OVER_TLS = Set.of("http", "tls", "send-expect", "redis", "smtp", "ldap");
    private static final Set<String> KEYS_OF_TYPES = Set.of("send", "expect", "steps", "user", "helo", "command");
    private static final int MAX_STEPS = 32;

    private static final Pattern STATUS = Pattern.compile("[1-5][0-9]{2}(-[1-5][0-9]{2})?");

    private final Notes notes;
    private final Map<String, Object> section = new LinkedHashMap<>();
    private final Map<String, Object> http = new LinkedHashMap<>();
    private final Map<String, Object> headers = new LinkedHashMap<>();
    private final Map<String, Object> tls = new LinkedHashMap<>();

    public DraftProbe(Notes notes) {
        this.notes = notes;
        section.put("type", "tcp");
    }

    /** Another type than before, whose own keys go. */
    public void type(String type) {
        section.keySet().removeAll(KEYS_OF_TYPES);
        section.put("type", type);
    }

    public String type() {
        return String.valueOf(section.get("type"));
    }

    public void times(int line, Duration interval, Duration fastInterval, Duration timeout) {
        Duration between = clamp(line, "probe.interval", interval, MIN_INTERVAL, MAX_INTERVAL);
        section.put("interval", Durations.print(between));
        section.put("fastInterval", Durations.print(Durations.clamp(fastInterval, MIN_INTERVAL, between)));
        section.put("timeout", Durations.print(
                clamp(line, "probe.timeout", timeout, MIN_TIMEOUT, MAX_TIMEOUT)));
    }

    private Duration clamp(int line, String key, Duration value, Duration min, Duration max) {
        Duration kept = Durations.clamp(value, min, max);
        if (!kept.equals(value)) {
            notes.add(line, key + " is " + Durations.print(min) + " to " + Durations.print(max) + ", so "
                    + Durations.print(value) + " becomes " + Durations.print(kept));
        }
        return kept;
    }

    public void counts(long rise, long fall) {
        section.put("rise", Math.clamp(rise, 1, MAX_COUNT));
        section.put("fall", Math.clamp(fall, 1, MAX_COUNT));
    }

    public void port(int port) {
        section.put("port", port);
    }

    /** The path to ask for; a path that vipgate does not take leaves a TCP probe. */
    public void http(int line, String path) {
        if (!path.startsWith("/") || path.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            notes.addLoss(line,
                    "a path begins with a slash and has no blanks: " + path + " is not requested; the probe is a TCP "
                            + "connect");
            return;
        }
        type("http");
        http.put("path", path);
    }

    /** Asks {@code OPTIONS *}, for the server itself. */
    public void httpAsterisk() {
        type("http");
        http.put("path", "*");
    }

    public void host(int line, String host) {
        if (HOST.matcher(host).matches()) {
            http.put("host", host);
        } else {
            notes.addLoss(line, host + " is not a host name; it is left out");
        }
    }

    public void method(int line, String method) {
        if (!METHOD.matcher(method).matches() || method.equals("CONNECT")) {
            notes.addLoss(line, "the probe uses GET, not " + method);
        } else if (!method.equals("GET")) {
            http.put("method", method);
        }
    }

    /** A header besides Host. One that vipgate would not send is named without its value, which may be a secret. */
    public void header(int line, String name, String value) {
        boolean isTaken = headers.keySet().stream().anyMatch(name::equalsIgnoreCase);
        if (isTaken || !HEADER.matcher(name).matches() || FRAMING.contains(name.toLowerCase(Locale.ROOT))
                || !HEADER_VALUE.matcher(value).matches()) {
            notes.addLoss(line, "header " + name + " of the check: the probe does not send it");
        } else {
            headers.put(name, value);
        }
    }

    /** Codes and ranges of them, {@code 200,300-399}; answers false when they are none, and expects what it did before. */
    public boolean expectStatus(String ranges) {
        for (String range : ranges.split(",", -1)) {
            boolean isRange = STATUS.matcher(range).matches()
                    && (range.length() == 3 || range.substring(0, 3).compareTo(range.substring(4)) <= 0);
            if (!isRange) {
                return false;
            }
        }
        http.put("expectStatus", ranges);
        return true;
    }

    public void expectBody(int line, String text) {
        if (text.codePoints().anyMatch(Character::isISOControl)) {
            notes.addLoss(line, "expectBody takes no control characters; it is left out");
        } else {
            http.put("expectBody", text);
        }
    }

    /** For https, or with type {@code tls}. */
    public void tls(String key, Object value) {
        tls.put(key, value);
    }

    public void conversation(String send, String expect) {
        type("send-expect");
        if (!send.isEmpty()) {
            section.put("send", escaped(send));
        }
        if (!expect.isEmpty()) {
            section.put("expect", escaped(expect));
        }
    }

    /** One exchange after the other, each of what is sent and what is expected. */
    public void exchanges(int line, List<List<String>> exchanges) {
        if (exchanges.size() == 1) {
            conversation(exchanges.getFirst().getFirst(), exchanges.getFirst().getLast());
            return;
        }
        if (exchanges.size() > MAX_STEPS) {
            notes.addLoss(line, "a probe has " + MAX_STEPS + " steps at most; what comes behind them is not asked");
        }
        type("send-expect");
        section.put("steps", exchanges.stream().limit(MAX_STEPS).map(DraftProbe::step).toList());
    }

    private static Map<String, Object> step(List<String> exchange) {
        Map<String, Object> step = new LinkedHashMap<>();
        if (!exchange.getFirst().isEmpty()) {
            step.put("send", escaped(exchange.getFirst()));
        }
        if (!exchange.getLast().isEmpty()) {
            step.put("expect", escaped(exchange.getLast()));
        }
        return step;
    }

    /** A protocol that vipgate knows, and who it is there. */
    public void protocol(String type, String key, String value) {
        type(type);
        if (!value.isEmpty()) {
            section.put(key, value);
        }
    }

    /** A mail server that is greeted by this name; one that vipgate does not take is as none. */
    public void smtp(String helo) {
        protocol("smtp", "helo", HELO.matcher(helo).matches() ? helo : "");
    }

    /** An address of this machine that it comes from. */
    public void source(String address) {
        section.put("source", address);
    }

    /** The PROXY header that it begins with: {@code none}, {@code v1} or {@code v2}. */
    public void proxyProtocol(String version) {
        section.put("proxyProtocol", version);
    }

    public void command(List<String> words) {
        type("exec");
        section.put("command", words);
    }

    private static String escaped(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\r' -> out.append("\\r");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                case '\\', '"' -> out.append('\\').append(c);
                default -> out.append((c >= ' ' && c <= '~') || c > 0xFF ? c : String.format("\\x%02x", (int) c));
            }
        }
        return out.toString();
    }

    /** As it is written; the keys that its type does not have are left out. */
    public Map<String, Object> section() {
        Map<String, Object> written = new LinkedHashMap<>(section);
        if (type().equals("none")) {
            return Map.of("type", "none");
        }
        if (type().equals("http") && !http.isEmpty()) {
            Map<String, Object> request = new LinkedHashMap<>(http);
            if (!headers.isEmpty()) {
                request.put("headers", new LinkedHashMap<>(headers));
            }
            written.put("http", request);
        }
        if (OVER_TLS.contains(type()) && !tls.isEmpty()) {
            written.put("tls", new LinkedHashMap<>(tls));
        }
        return written;
    }
}
