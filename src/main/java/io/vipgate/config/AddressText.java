package io.vipgate.config;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/** Addresses as text, in and out, without ever asking a name server. <b>Stateless.</b> */
final class AddressText {
    static final String QUOTED_EXAMPLE = "\"[2001:db8::1]:80\"";

    private static final Pattern FOUR_NUMBERS = Pattern.compile("[0-9]+(\\.[0-9]+)*");
    private static final Pattern OCTETS = Pattern
            .compile("(?:(?:0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])(?:\\.(?!$)|$)){4}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");
    private static final Pattern PORT = Pattern.compile("0|[1-9][0-9]{0,8}");
    private static final String LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";
    private static final Pattern HOST = Pattern.compile("(?=.{1,253}$)" + LABEL + "(?:\\." + LABEL + ")*\\.?");

    private static final InetAddress BROADCAST = InetAddress.ofLiteral("255.255.255.255");

    private AddressText() {}

    /** Whether a single machine can have it: not an unspecified, multicast or broadcast one. */
    static boolean isOfOneMachine(InetAddress address) {
        return !address.isAnyLocalAddress() && !address.isMulticastAddress() && !address.equals(BROADCAST);
    }

    /** An address and a port still as text; the host without its brackets. */
    record HostAndPort(String host, boolean bracketed, int port) {}

    /** An IPv4 or IPv6 literal without brackets, on its interface where it names one that this machine has. */
    static Optional<InetAddress> literal(String text) {
        String zone = Zone.of(text);
        if (!zone.isEmpty()) {
            return Zone.isValid(zone)
                    ? literal(text.substring(0, text.indexOf('%'))).filter(Inet6Address.class::isInstance)
                            .map(address -> Zone.apply(address, zone))
                    : Optional.empty();
        }
        boolean ipv4 = OCTETS.matcher(text).matches();
        if (!ipv4 && !(text.contains(":") && IPV6.matcher(text).matches())) {
            return Optional.empty();
        }
        try {
            return Optional.of(ipv4 ? Inet4Address.ofLiteral(text) : Inet6Address.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** An address whose interface, where it names one, must be there. */
    static InetAddress parse(String text) throws BadValueException {
        InetAddress address = literal(text)
                .orElseThrow(() -> BadValueException.expected("an IPv4 or IPv6 address, for example 192.0.2.1"));
        Zone.check(address, Zone.of(text));
        if (Zone.isMissing(address)) {
            throw BadValueException.expected("an interface of this machine behind %");
        }
        return address;
    }

    static boolean isHostName(String text) {
        return HOST.matcher(text).matches() && !FOUR_NUMBERS.matcher(text).matches();
    }

    /** Splits {@code host:port}, {@code [ipv6]:port} and {@code :port}. */
    static HostAndPort split(String text, int lowestPort, String form) throws BadValueException {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? text : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (colon < 0 || (text.startsWith("[") && text.endsWith("]"))) {
            throw BadValueException.expected(form + "; the port is missing");
        }
        if (!bracketed && host.contains(":")) {
            throw BadValueException.expected("an IPv6 address in brackets and quotes, for example " + QUOTED_EXAMPLE);
        }
        String port = text.substring(colon + 1);
        if (!PORT.matcher(port).matches() || Integer.parseInt(port) > 65535 || Integer.parseInt(port) < lowestPort) {
            throw BadValueException.expected(form + ", the port " + lowestPort + " to 65535");
        }
        return new HostAndPort(bracketed ? host.substring(1, host.length() - 1) : host, bracketed,
                Integer.parseInt(port));
    }
}
