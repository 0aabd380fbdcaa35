package io.vipgate.neighbour;

import io.vipgate.text.IpText;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of an endpoint's replies to clients' addresses when they come to this machine, which must take them although
 * the addresses are not its own: the other half of connecting from a client's address.
 *
 * <p>Immutable.
 *
 * @param interfaceName where the route to the endpoint leads, and its replies come in; empty where there is none
 * @param own the address that this machine reaches the endpoint from; null where it is not known
 */
public record ReplyRoute(InetSocketAddress endpoint, Verdict verdict, String interfaceName, @Nullable InetAddress own) {
    /** The table of routes, and the preference of rules, that the commands use. */
    public static final int TABLE = 900;

    /** What the kernel says of the replies. Immutable. */
    public enum Verdict {
        /** This machine takes them. */
        TAKEN,
        /** They are forwarded or dropped. */
        NOT_TAKEN,
        /** The reverse-path filter drops them. */
        FILTERED,
        /** The endpoint is on this machine, and sends its replies straight to the clients. */
        OWN_ADDRESS,
        /** There is no route to the endpoint. */
        NO_ROUTE,
        /** The kernel does not say. */
        UNREADABLE
    }

    /** {@code ip}, for the endpoint's family. */
    private String ip() {
        return isIpv6() ? "ip -6" : "ip";
    }

    /** Whether the endpoint has an IPv6 address. */
    public boolean isIpv6() {
        return endpoint.getAddress() instanceof Inet6Address;
    }

    /** The command that has this machine look for its own table with the endpoint's replies. */
    public String ruleCommand() {
        return ip() + " rule add pref " + TABLE + " iif " + interfaceName + " from " + IpText.of(endpoint.getAddress())
                + " ipproto tcp sport " + endpoint.getPort() + " lookup " + TABLE;
    }

    /** The command that has this machine take whatever is looked for in that table; one for each family. */
    public String tableCommand() {
        return ip() + " route replace local default dev lo table " + TABLE;
    }
}
