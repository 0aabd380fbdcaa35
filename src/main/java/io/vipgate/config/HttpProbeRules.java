package io.vipgate.config;

import io.vipgate.text.Sanitizer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What must hold within the request of an HTTP probe, so that nothing but one request goes out. <b>Confined to one
 * load.</b>
 */
final class HttpProbeRules {
    private static final Pattern METHOD = Pattern.compile("[A-Z]{3,20}");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_.:\\[\\]-]+");
    /** RFC 9110, section 5.5, without bytes beyond ASCII. */
    private static final Pattern VALUE = Pattern.compile("(?:[!-~](?:[ -~]*[!-~])?)?");
    /** No request of a probe has a body. */
    private static final Set<String> FRAMING = Set.of("content-length", "transfer-encoding", "trailer");

    private final HttpProbeConfig http;
    private final KeyPath path;
    private final Written written;
    private final Problems problems;

    HttpProbeRules(HttpProbeConfig http, KeyPath path, Written written, Problems problems) {
        this.http = http;
        this.path = path;
        this.written = written;
        this.problems = problems;
    }

    void check() {
        // An answer to CONNECT is a tunnel, not an answer.
        if (!METHOD.matcher(http.method()).matches() || http.method().equals("CONNECT")) {
            error("method", Sanitizer.value(http.method())
                    + " (expected: a method in capitals, such as GET, HEAD or OPTIONS; not CONNECT)");
        }
        boolean isAsterisk = http.path().equals("*") && http.method().equals("OPTIONS");
        if (!isAsterisk && (!http.path().startsWith("/") || http.path().chars().anyMatch(c -> c <= ' ' || c > '~'))) {
            error("path",
                    Sanitizer.value(http.path()) + " (expected: a path that begins with a slash, without spaces)");
        }
        http.host().filter(host -> !HOST.matcher(host).matches()).ifPresent(host -> error("host",
                Sanitizer.value(host) + " (expected: a host name or an address, with or without a port)"));
        if (http.method().equals("HEAD") && !http.expectBody().isEmpty()) {
            error("expectBody", "given, but the answer to HEAD has no body (expected: only with another method)");
        }
        headers();
    }

    private void headers() {
        Map<String, String> seen = new HashMap<>();
        http.headers().forEach((name, value) -> {
            KeyPath at = path.child("headers").child(name);
            String lower = name.toLowerCase(Locale.ROOT);
            String twin = seen.putIfAbsent(lower, name);
            if (twin != null) {
                error(at, "twice (expected: not " + twin + " as well: their case makes no difference)");
            }
            if (lower.equals("host")) {
                error(at, "not here (expected: http.host)");
            } else if (FRAMING.contains(lower)) {
                error(at, "not here (expected: a header of a request without a body)");
            }
            if (!VALUE.matcher(value).matches()) {
                // Not told: it may be a credential.
                error(at, "not a value (expected: printable ASCII, without spaces around it)");
            }
        });
    }

    private void error(String key, String message) {
        error(path.child(key), message);
    }

    private void error(KeyPath at, String message) {
        problems.error(written.line(at), at, message);
    }
}
