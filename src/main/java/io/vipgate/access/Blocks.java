package io.vipgate.access;

import io.vipgate.linux.ClientAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of a gateway. An address is blocked as long as any block that holds it lasts, whichever others do. Look-ups take
 * no lock and allocate nothing; where there is no block they are one volatile read. A change takes microseconds, however many
 * there are.
 *
 * <p>Thread-safe.
 */
public final class Blocks {
    /** More than this many are refused. */
    public static final int MAX_SIZE = 100_000;

    private final InstantSource clock;
    /** Those that end by themselves, the next one first. Guarded by this. */
    private final TreeSet<Block> byEnd = new TreeSet<>(
            Comparator.comparingLong(Block::untilMillis).thenComparing(Block::network));
    /** Replaced while this is locked. */
    private volatile Roots roots = new Roots(null, null, 0, 0);

    /** None, with the system's clock. */
    public Blocks() {
        this(InstantSource.system());
    }

    /**
     * None.
     *
     * @param clock what blocks end by
     */
    public Blocks(InstantSource clock) {
        this.clock = clock;
    }

    /** Whether there is none. */
    public boolean isEmpty() {
        return roots.size == 0;
    }

    /** How many there are; one that has ended counts until {@link #removeExpired}. */
    public int size() {
        return roots.size;
    }

    /** How often something has changed. */
    public long changes() {
        return roots.changes;
    }

    /** Whether an address is blocked now. */
    public boolean isBlocked(long high, long low) {
        for (BlockTree node = roots.find(high, low); node != null; node = node.next(high, low)) {
            if (node.block() != null && isInForce(node.block())) {
                return true;
            }
        }
        return false;
    }

    /** Of the blocks in force that hold an address, the one that lasts longest; null when there is none. */
    public @Nullable Block find(long high, long low) {
        Block longest = null;
        for (BlockTree node = roots.find(high, low); node != null; node = node.next(high, low)) {
            Block block = node.block();
            if (block != null && isInForce(block) && (longest == null
                    || block.untilMillis() > longest.untilMillis())) {
                longest = block;
            }
        }
        return longest;
    }

    /** The block in force of exactly this network; null when there is none. */
    public @Nullable Block get(Prefix network) {
        Block block = roots.exactly(network);
        return block != null && isInForce(block) ? block : null;
    }

    private boolean isInForce(Block block) {
        // The clock is read for those alone that end.
        return !block.expires() || block.untilMillis() > clock.millis();
    }

    /**
     * Adds a block, or replaces the end and the reason of the one that is in force for the same network.
     *
     * @param untilMillis its end in milliseconds of Unix time, or {@link Block#UNTIL_LIFTED}
     * @param why the reason, one line; may be empty
     * @return what there is now
     * @throws IllegalStateException if there are {@value #MAX_SIZE}; nothing has changed then. The message is for people
     */
    public synchronized Block add(Prefix network, long untilMillis, String why) {
        Block present = get(network);
        Block added = new Block(network, present == null ? clock.millis() : present.sinceMillis(), untilMillis, why);
        put(added);
        return added;
    }

    /**
     * Adds those that were kept somewhere, as far as they are in force and their networks have none.
     *
     * @return those that were added; the first {@value #MAX_SIZE} find room
     */
    public synchronized List<Block> restore(Collection<Block> kept) {
        List<Block> added = new ArrayList<>();
        for (Block block : kept) {
            if (isInForce(block) && roots.exactly(block.network()) == null && roots.size < MAX_SIZE) {
                put(block);
                added.add(block);
            }
        }
        return added;
    }

    /** Lifts what {@link #restore} has added, but for blocks that have been replaced since. */
    public synchronized void takeBack(Collection<Block> restored) {
        for (Block block : restored) {
            if (block.equals(roots.exactly(block.network()))) {
                drop(block);
            }
        }
    }

    private void put(Block added) {
        Block before = roots.exactly(added.network());
        if (before == null && roots.size >= MAX_SIZE) {
            throw new IllegalStateException(
                    "no room for another block (expected: at most " + MAX_SIZE + "; wider networks take less)");
        }
        if (before != null) {
            byEnd.remove(before);
        }
        if (added.expires()) {
            byEnd.add(added);
        }
        roots = roots.with(added, before == null ? 1 : 0);
    }

    /**
     * Lifts a block.
     *
     * @return whether there was one of exactly this network, and it was in force
     */
    public synchronized boolean remove(Prefix network) {
        Block block = roots.exactly(network);
        if (block == null) {
            return false;
        }
        drop(block);
        return isInForce(block);
    }

    /**
     * Forgets those that have ended.
     *
     * @return them, the earliest first
     */
    public synchronized List<Block> removeExpired() {
        List<Block> ended = new ArrayList<>();
        while (!byEnd.isEmpty() && !isInForce(byEnd.first())) {
            Block block = byEnd.first();
            drop(block);
            ended.add(block);
        }
        return ended;
    }

    private void drop(Block block) {
        byEnd.remove(block);
        roots = roots.without(block.network());
    }

    /** When the next one ends, in milliseconds of Unix time; empty when none ends by itself. */
    public synchronized OptionalLong nextEnd() {
        return byEnd.isEmpty() ? OptionalLong.empty() : OptionalLong.of(byEnd.first().untilMillis());
    }

    /** All that are in force: IPv4 first, in the order of their addresses. */
    public List<Block> list() {
        return list(null, MAX_SIZE);
    }

    /**
     * A page of those that are in force: IPv4 first, in the order of their addresses, the wider before the narrower.
     *
     * @param after begins behind this network, which need not be blocked; null for the beginning
     * @param most how many at most
     */
    public List<Block> list(@Nullable Prefix after, int most) {
        List<Block> page = new ArrayList<>();
        Roots present = roots;
        boolean isBehindIpv4 = after != null && !after.isIpv4();
        if (most > 0 && present.ipv4 != null && !isBehindIpv4) {
            present.ipv4.visit(after, block -> collect(block, page, most));
        }
        if (page.size() < most && present.ipv6 != null) {
            present.ipv6.visit(isBehindIpv4 ? after : null, block -> collect(block, page, most));
        }
        return page;
    }

    private boolean collect(Block block, List<Block> page, int most) {
        if (isInForce(block)) {
            page.add(block);
        }
        return page.size() < most;
    }

    /**
     * One tree for each family, so that {@code ::/0} holds no client of IPv4.
     *
     * <p>Immutable.
     */
    private record Roots(@Nullable BlockTree ipv4, @Nullable BlockTree ipv6, int size, long changes) {
        /** The first node on the way to an address; null when nothing lies there. */
        @Nullable
        BlockTree find(long high, long low) {
            BlockTree root = ClientAddress.isIpv4(high, low) ? ipv4 : ipv6;
            return root != null && root.network().contains(high, low) ? root : null;
        }

        @Nullable
        Block exactly(Prefix network) {
            BlockTree node = network.isIpv4() ? ipv4 : ipv6;
            while (node != null && node.network().length() < network.length()) {
                node = node.next(network.high(), network.low());
            }
            return node != null && node.network().equals(network) ? node.block() : null;
        }

        Roots with(Block block, int more) {
            return block.network().isIpv4()
                    ? new Roots(BlockTree.with(ipv4, block), ipv6, size + more, changes + 1)
                    : new Roots(ipv4, BlockTree.with(ipv6, block), size + more, changes + 1);
        }

        Roots without(Prefix network) {
            return network.isIpv4()
                    ? new Roots(without(ipv4, network), ipv6, size - 1, changes + 1)
                    : new Roots(ipv4, without(ipv6, network), size - 1, changes + 1);
        }

        private static @Nullable BlockTree without(@Nullable BlockTree root, Prefix network) {
            return root == null ? null : root.without(network);
        }
    }
}
