package io.vipgate.config;

import io.vipgate.text.IpText;
import java.net.InetAddress;
import java.util.Optional;

/**
 * Where an endpoint is reached. <b>Immutable.</b>
 *
 * @param host a name, or the literal address without brackets, with its zone where it has one
 * @param literal the address, when the host is one and needs no name server; on its interface where it names one
 * @param port 1..65535
 */
public record EndpointAddress(String host, Optional<InetAddress> literal, int port) {
    private static final String FORM = "an address or a name and a port, for example 192.168.1.100:80, "
            + AddressText.QUOTED_EXAMPLE
            + " or web.example:80";

    static EndpointAddress parse(String text) throws BadValueException {
        AddressText.HostAndPort parts = AddressText.split(text, 1, FORM);
        Optional<InetAddress> literal = AddressText.literal(parts.host());
        if (literal.isPresent() && parts.bracketed() == parts.host().contains(":")) {
            String zone = Zone.of(parts.host());
            Zone.check(literal.get(), zone);
            return new EndpointAddress(IpText.of(literal.get(), zone), literal, parts.port());
        }
        if (literal.isPresent() || parts.bracketed() || !AddressText.isHostName(parts.host())) {
            throw BadValueException.expected(FORM);
        }
        return new EndpointAddress(parts.host(), Optional.empty(), parts.port());
    }

    /** The interface of a link-local address, by name or number; empty for every other one. */
    public String zone() {
        return Zone.of(host);
    }

    /**
     * As it is written in the file, {@code 192.168.1.100:80}, {@code [2001:db8::1]:80}, {@code [fe80::1%eth0]:80} or
     * {@code web.example:80}.
     */
    @Override
    public String toString() {
        return literal.map(found -> IpText.bracketed(found, zone())).orElse(host) + ":" + port;
    }
}
