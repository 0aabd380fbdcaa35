package io.vipgate.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;

/**
 * A struct sockaddr_in or sockaddr_in6 in native memory, made once per endpoint of relays and passed to connect(2) as it is.
 *
 * <p>Immutable. The memory is freed when the object is unreachable, or with the arena that was given.
 */
public final class NativeSocketAddress {
    private static final ValueLayout.OfShort NETWORK_SHORT = ValueLayout.JAVA_SHORT_UNALIGNED
            .withOrder(ByteOrder.BIG_ENDIAN);

    private final InetSocketAddress address;
    private final MemorySegment memory;
    private final int family;

    private NativeSocketAddress(InetSocketAddress address, MemorySegment memory, int family) {
        this.address = address;
        this.memory = memory;
        this.family = family;
    }

    /**
     * Encodes an address in the family it has.
     *
     * @param address a resolved address
     * @throws IllegalArgumentException if it is not resolved
     */
    public static NativeSocketAddress of(InetSocketAddress address) {
        return of(address, Arena.ofAuto());
    }

    /**
     * The same for a call or two: nothing is left to the garbage collector.
     *
     * @param arena whose memory it is in; not used after the arena is closed
     */
    public static NativeSocketAddress of(InetSocketAddress address, Arena arena) {
        return switch (address.getAddress()) {
            case Inet4Address ipv4 -> {
                MemorySegment memory = arena.allocate(16, 8);
                memory.set(ValueLayout.JAVA_SHORT, 0, (short) SystemCalls.AF_INET);
                memory.set(NETWORK_SHORT, 2, (short) address.getPort());
                MemorySegment.copy(ipv4.getAddress(), 0, memory, ValueLayout.JAVA_BYTE, 4, 4);
                yield new NativeSocketAddress(address, memory, SystemCalls.AF_INET);
            }
            case Inet6Address ipv6 -> {
                MemorySegment memory = arena.allocate(28, 8);
                memory.set(ValueLayout.JAVA_SHORT, 0, (short) SystemCalls.AF_INET6);
                memory.set(NETWORK_SHORT, 2, (short) address.getPort());
                MemorySegment.copy(ipv6.getAddress(), 0, memory, ValueLayout.JAVA_BYTE, 8, 16);
                memory.set(ValueLayout.JAVA_INT, 24, ipv6.getScopeId());
                yield new NativeSocketAddress(address, memory, SystemCalls.AF_INET6);
            }
            case null, default -> throw new IllegalArgumentException(address + " is not a resolved IP address");
        };
    }

    /** The address it encodes. */
    public InetSocketAddress address() {
        return address;
    }

    /** {@link SystemCalls#AF_INET} or {@link SystemCalls#AF_INET6}. */
    public int family() {
        return family;
    }

    /** The struct, for the call that takes it. */
    MemorySegment memory() {
        return memory;
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
