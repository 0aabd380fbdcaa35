package io.vipgate.neighbour;

/**
 * Who answers for an IP address on a network that this machine is attached to, as the kernel sees it.
 *
 * <p>Immutable.
 */
public sealed interface Neighbour {
    /**
     * Packets for the address go to this hardware address.
     *
     * @param interfaceName the interface they leave by
     */
    record Resolved(String interfaceName, MacAddress mac) implements Neighbour {
        @Override
        public String toString() {
            return mac + " on " + interfaceName;
        }
    }

    /** It can't be told. */
    record Unresolved(Reason reason) implements Neighbour {
        @Override
        public String toString() {
            return reason.text();
        }
    }

    /** Why it can't be told. Immutable. */
    enum Reason {
        /** The kernel has not been asked. */
        NOT_ASKED("not looked at"),
        /** It is an address of this machine, loopback ones included. */
        OWN_ADDRESS("an address of this machine"),
        /** The next hop is a router, which answers for everybody behind it. */
        ROUTED("behind a router"),
        /** No unicast route leads there. */
        NO_ROUTE("no route"),
        /** Nobody answers, or the interface has no hardware addresses. */
        NO_ENTRY("no neighbour answers"),
        /** The kernel refuses to say, or says what is not understood. */
        UNREADABLE("the kernel does not say");

        private final String text;

        Reason(String text) {
            this.text = text;
        }

        /** In words. */
        public String text() {
            return text;
        }
    }
}
