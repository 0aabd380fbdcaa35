package io.vipgate.config;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Zones of link-local addresses (RFC 4007): the interface that an address is meant on, by its name or number, as in
 * {@code fe80::1%eth0}. <b>Stateless.</b>
 */
public final class Zone {
    private static final Pattern TEXT = Pattern.compile("[^\\s%/\\[\\]]{1,15}");
    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,8}");

    private Zone() {}

    /**
     * What stands behind the percent sign; empty where none does. A number is given as the name of its interface if this
     * machine has it, so that two spellings of one zone are equal.
     */
    static String of(String host) {
        int percent = host.indexOf('%');
        String zone = percent < 0 ? "" : host.substring(percent + 1);
        if (!NUMBER.matcher(zone).matches()) {
            return zone;
        }
        try {
            NetworkInterface found = find(zone);
            return found == null ? zone : found.getName();
        } catch (SocketException e) {
            return zone;
        }
    }

    static boolean isValid(String zone) {
        return TEXT.matcher(zone).matches();
    }

    /** The address on its interface, or as it is where this machine has no such interface now. */
    static InetAddress apply(InetAddress address, String zone) {
        try {
            NetworkInterface found = find(zone);
            return found == null ? address : on(found, address.getAddress());
        } catch (SocketException | UnknownHostException e) {
            return address;
        }
    }

    private static @Nullable NetworkInterface find(String zone) throws SocketException {
        NetworkInterface named = NetworkInterface.getByName(zone);
        return named == null && NUMBER.matcher(zone).matches()
                ? NetworkInterface.getByIndex(Integer.parseInt(zone))
                : named;
    }

    private static InetAddress on(NetworkInterface found, byte[] address) throws UnknownHostException {
        try {
            return Inet6Address.getByAddress(null, address, found);
        } catch (UnknownHostException e) {
            // Java wants the interface to have a link-local address of its own; the kernel does not.
            return Inet6Address.getByAddress(null, address, found.getIndex());
        }
    }

    /** Whether an address means something only on an interface that this machine does not have now. */
    public static boolean isMissing(InetAddress address) {
        return address instanceof Inet6Address ipv6 && ipv6.isLinkLocalAddress() && ipv6.getScopeId() == 0;
    }

    /**
     * Checks that a link-local address has a zone, and no other one has.
     *
     * @throws BadValueException if that is not so
     */
    static void check(InetAddress address, String zone) throws BadValueException {
        boolean isLinkLocal = address instanceof Inet6Address && address.isLinkLocalAddress();
        if (isLinkLocal && zone.isEmpty()) {
            throw BadValueException.expected("the interface of a link-local address, for example fe80::1%eth0");
        }
        if (!isLinkLocal && !zone.isEmpty()) {
            throw BadValueException.expected("an interface only with a link-local address, fe80::/10");
        }
    }
}
