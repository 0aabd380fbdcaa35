package io.vipgate.config;

import io.vipgate.text.IpText;
import java.net.InetAddress;
import java.util.Optional;

/**
 * Where a server listens. <b>Immutable.</b>
 *
 * @param address empty for every address of both families; {@code 0.0.0.0} and {@code ::} for every address of one
 * @param zone the interface of a link-local address, by name or number; empty for every other address
 * @param port 0..65535; 0 lets the kernel choose
 */
public record BindAddress(Optional<InetAddress> address, String zone, int port) {
    private static final String FORM = "an address and a port, for example 203.0.113.1:80, "
            + AddressText.QUOTED_EXAMPLE + " or :80";

    /** An address without a zone. */
    public BindAddress(Optional<InetAddress> address, int port) {
        this(address, "", port);
    }

    static BindAddress parse(String text) throws BadValueException {
        AddressText.HostAndPort parts = AddressText.split(text, 0, FORM);
        if (parts.host().isEmpty() && !parts.bracketed()) {
            return new BindAddress(Optional.empty(), parts.port());
        }
        Optional<InetAddress> address = AddressText.literal(parts.host());
        if (address.isEmpty() || parts.bracketed() != parts.host().contains(":")) {
            throw BadValueException
                    .expected(AddressText.isHostName(parts.host()) ? FORM + "; a name cannot be bound" : FORM);
        }
        String zone = Zone.of(parts.host());
        Zone.check(address.get(), zone);
        return new BindAddress(address, zone, parts.port());
    }

    /** The same address with another port. */
    public BindAddress withPort(int other) {
        return new BindAddress(address, zone, other);
    }

    /** Whether a socket on the one would take or share what comes to the other. Port 0 never does. */
    public boolean overlaps(BindAddress other) {
        return port != 0 && port == other.port && (covers(other) || other.covers(this));
    }

    /** Whether it stands for all addresses of a family or of both. */
    public boolean isWildcard() {
        return address.isEmpty() || address.get().isAnyLocalAddress();
    }

    private boolean covers(BindAddress other) {
        if (address.isEmpty()) {
            return true;
        }
        return other.address.isPresent() && ((address.equals(other.address) && zone.equals(other.zone))
                || (address.get().isAnyLocalAddress() && address.get().getClass() == other.address.get().getClass()));
    }

    /**
     * As it is written in the file, {@code 203.0.113.1:80}, {@code [2001:db8::1]:80}, {@code [fe80::1%eth0]:80} or
     * {@code :80}.
     */
    @Override
    public String toString() {
        return address.map(found -> IpText.bracketed(found, zone)).orElse("") + ":" + port;
    }
}
