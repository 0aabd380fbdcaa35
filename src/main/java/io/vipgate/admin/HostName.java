package io.vipgate.admin;

import io.vipgate.text.IpText;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a Host header names, in one spelling.
 *
 * <p>An IPv4 address is four decimal numbers and nothing else: {@code 127.1}, {@code 2130706433} and {@code 0x7f.1} lead
 * browsers to 127.0.0.1, and are listed nowhere. An IPv6 address may be spelt in any way, with brackets or without.
 *
 * <p>Stateless.
 */
final class HostName {
    private static final Pattern BRACKETED = Pattern.compile("\\[([^\\[\\]]*)\\](?::\\d{0,5})?");
    private static final Pattern PORT = Pattern.compile(":\\d{0,5}$");
    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]+(?:\\.[a-z0-9_-]+)*\\.?");
    private static final Pattern ENDS_IN_NUMBER = Pattern.compile("(?:.*\\.)?(?:\\d+|0x[0-9a-f]*)\\.?");
    private static final Pattern QUAD = Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1?\\d\\d?)(?:\\.(?!$)|$)){4}");
    private static final Pattern LEADING_ZERO = Pattern.compile("(?:^|\\.)0\\d");

    /** A name of 253 characters, its final dot and a port; longer ones are no names, and cost a look at each character. */
    private static final int MAX_LENGTH = 260;

    private HostName() {}

    /**
     * The name or address without its port: a name in lower case without a final dot, an IPv6 address without brackets, as
     * RFC 5952 has it; empty when it is neither.
     */
    static Optional<String> canonical(String host) {
        if (host.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        String text = host.toLowerCase(Locale.ROOT);
        var bracketed = BRACKETED.matcher(text);
        if (bracketed.matches()) {
            return ipv6(bracketed.group(1));
        }
        if (text.indexOf(':') != text.lastIndexOf(':')) {
            return ipv6(text);
        }
        String name = PORT.matcher(text).replaceFirst("");
        if (QUAD.matcher(name).matches() && !LEADING_ZERO.matcher(name).find()) {
            return Optional.of(name);
        }
        if (!NAME.matcher(name).matches() || ENDS_IN_NUMBER.matcher(name).matches()) {
            return Optional.empty();
        }
        return Optional.of(name.endsWith(".") ? name.substring(0, name.length() - 1) : name);
    }

    /** Without a zone, and no IPv4 address in disguise. */
    private static Optional<String> ipv6(String text) {
        if (!text.contains(":") || text.contains("%")) {
            return Optional.empty();
        }
        try {
            return InetAddress.ofLiteral(text) instanceof Inet6Address address
                    ? Optional.of(IpText.of(address))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** An address of this machine in the same spelling. */
    static String of(InetAddress own) {
        String text = IpText.of(own);
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }
}
