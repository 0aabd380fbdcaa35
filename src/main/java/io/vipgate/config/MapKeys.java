package io.vipgate.config;

import io.vipgate.clienthello.ServerName;
import java.net.IDN;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/** What the keys of a mapping are that the operator chooses. <b>Immutable.</b> */
enum MapKeys {
    /** Names of listeners, pools, endpoints, and the like. */
    NAME {
        @Override
        String problem(String key) {
            return Names.isName(key) ? "" : "not a name (expected: " + Names.RULE + ")";
        }
    },
    /** Names of TLS servers, or wildcards for them. */
    SERVER_NAME {
        @Override
        String problem(String key) {
            String name = fold(key);
            if (name.equals("*")) {
                return "a wildcard for every name (expected: a name, or *.example.com; what matches nothing goes to the listener's "
                        + "own pool)";
            }
            if (ADDRESS.matcher(name).matches()) {
                return "an address (expected: a host name; TLS clients name no server where they connect to an address)";
            }
            String plain = name.startsWith("*.") ? name.substring(2) : name;
            if (plain.contains("*")) {
                return "an asterisk within a name (expected: one in front only, for a label or more, such as *.example.com)";
            }
            if (plain.chars().anyMatch(character -> character > '~')) {
                return "not in ASCII (expected: " + ascii(name, plain) + ")";
            }
            return ServerName.isUsable(plain)
                    ? ""
                    : "not a host name (expected: labels of 1 to 63 letters, digits, '-' or '_', 253 "
                            + "characters in all)";
        }

        @Override
        String fold(String key) {
            String name = key.toLowerCase(Locale.ROOT);
            return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        }
    },
    /** Names of application protocols in ALPN. */
    PROTOCOL {
        @Override
        String problem(String key) {
            int length = key.getBytes(StandardCharsets.UTF_8).length;
            return length >= 1 && length <= 255
                    ? ""
                    : "not a protocol (expected: 1 to 255 bytes, such as h2 or acme-tls/1)";
        }
    };

    private static final Pattern ADDRESS = Pattern.compile("\\[?[0-9a-f]*:[0-9a-f:.]*]?|[0-9]+(\\.[0-9]+){3}");

    private static String ascii(String name, String plain) {
        try {
            return name.substring(0, name.length() - plain.length()) + IDN.toASCII(plain);
        } catch (IllegalArgumentException e) {
            return "its form that begins with xn--";
        }
    }

    /** Why text is no such key; empty when it is one. */
    abstract String problem(String key);

    /** The one form of a key; keys of the same form are the same. */
    String fold(String key) {
        return key;
    }
}
