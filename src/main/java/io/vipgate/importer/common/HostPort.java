package io.vipgate.importer.common;

import io.vipgate.text.IpText;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * Where a listener listens or an endpoint is reached.
 *
 * <p>Immutable.
 *
 * @param host an address without brackets, or a name; empty for every address
 * @param literal the address, when the host is one
 * @param port 1..65535
 */
public record HostPort(String host, Optional<InetAddress> literal, int port) {
    private static final Pattern OCTETS = Pattern
            .compile("(?:(?:0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])(?:\\.(?!$)|$)){4}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");
    private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");
    private static final String LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";
    private static final Pattern NAME = Pattern.compile("(?=.{1,253}$)" + LABEL + "(?:\\." + LABEL + ")*\\.?");
    private static final Pattern NUMBERS = Pattern.compile("[0-9]+(\\.[0-9]+)*");
    private static final InetAddress BROADCAST = InetAddress.ofLiteral("255.255.255.255");

    /** Every address of both families. */
    public static HostPort any(int port) {
        return new HostPort("", Optional.empty(), port);
    }

    /** One address, every one of its family ({@code 0.0.0.0}, {@code ::}) among them; empty if the text is none. */
    public static Optional<HostPort> address(String host, int port) {
        return literal(host).filter(literal -> !literal.isMulticastAddress() && !literal.equals(BROADCAST))
                .map(literal -> new HostPort(host, Optional.of(literal), port));
    }

    /** The address of one machine, or a name. */
    public static Optional<HostPort> endpoint(String host, int port) {
        if (NAME.matcher(host).matches() && !NUMBERS.matcher(host).matches()) {
            return Optional.of(new HostPort(host, Optional.empty(), port));
        }
        return address(host, port).filter(address -> !address.isWildcard());
    }

    /** Splits {@code host:port} and {@code [ipv6]:port}; the port may be absent and is then the given one. */
    public static Optional<HostPort> endpoint(String text, OptionalInt defaultPort) {
        int colon = text.lastIndexOf(':');
        boolean isBare = colon < 0 || text.endsWith("]") || (!text.startsWith("[") && text.indexOf(':') != colon);
        String host = isBare ? text : text.substring(0, colon);
        OptionalInt port = isBare ? defaultPort : port(text.substring(colon + 1));
        return port.isEmpty() ? Optional.empty() : endpoint(withoutBrackets(host), port.getAsInt());
    }

    public static Optional<InetAddress> literal(String text) {
        boolean isIpv4 = OCTETS.matcher(text).matches();
        if (!isIpv4 && !(text.contains(":") && IPV6.matcher(text).matches())) {
            return Optional.empty();
        }
        try {
            return Optional.of(isIpv4 ? Inet4Address.ofLiteral(text) : Inet6Address.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** An address as people write it. */
    public static String text(InetAddress address) {
        return IpText.of(address);
    }

    /** The host without the brackets around an IPv6 address. */
    public static String withoutBrackets(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    /** A port number 1..65535. */
    public static OptionalInt port(String text) {
        int port = PORT.matcher(text).matches() ? Integer.parseInt(text) : 0;
        return port >= 1 && port <= 65_535 ? OptionalInt.of(port) : OptionalInt.empty();
    }

    public boolean isWildcard() {
        return host.isEmpty() || literal.filter(InetAddress::isAnyLocalAddress).isPresent();
    }

    public boolean isIpv6() {
        return literal.filter(Inet6Address.class::isInstance).isPresent();
    }

    /** A name made of it, {@code 203-0-113-1-80}. */
    public String name() {
        return (isWildcard() ? "any" : host.replaceAll("[.:]", "-")) + "-" + port;
    }

    /** As it is written in the configuration. */
    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
