package io.vipgate.access;

import java.util.NoSuchElementException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A node of a binary tree of blocks: everything below it lies in its network. Networks that hold only one smaller one are left
 * out, so that a way down has at most as many nodes as blocks lie around an address, and forks. A change makes the nodes on its
 * way anew and shares the others.
 *
 * <p>Immutable.
 *
 * @param network what it covers
 * @param block the block of exactly this network; null where it only forks
 * @param zero what continues with a 0 behind the network's bits
 * @param one what continues with a 1
 */
record BlockTree(Prefix network, @Nullable Block block, @Nullable BlockTree zero, @Nullable BlockTree one) {
    /** A tree with one block more, or another in the place of the one of its network. */
    static BlockTree with(@Nullable BlockTree tree, Block added) {
        Prefix network = added.network();
        if (tree == null) {
            return new BlockTree(network, added, null, null);
        }
        int common = tree.network.commonLength(network);
        if (common < tree.network.length() && common < network.length()) {
            Prefix around = Prefix.of(network.high(), network.low(), common);
            return new BlockTree(around, null, null, null).withChild(tree.network, tree)
                    .withChild(network, new BlockTree(network, added, null, null));
        }
        if (common < tree.network.length()) {
            return new BlockTree(network, added, null, null).withChild(tree.network, tree);
        }
        if (common < network.length()) {
            return tree.withChild(network, with(tree.child(network.high(), network.low()), added));
        }
        return new BlockTree(network, added, tree.zero, tree.one);
    }

    /**
     * What is left without the block of a network, which there must be; null when that is nothing.
     *
     * @throws NoSuchElementException if there is none
     */
    @Nullable
    BlockTree without(Prefix gone) {
        if (network.length() >= gone.length()) {
            return new BlockTree(network, null, zero, one).simplified();
        }
        BlockTree child = child(gone.high(), gone.low());
        if (child == null) {
            throw new NoSuchElementException("no block of " + gone);
        }
        return withChild(gone, child.without(gone)).simplified();
    }

    /** A node without a block is there only to fork. */
    private @Nullable BlockTree simplified() {
        if (block != null || (zero != null && one != null)) {
            return this;
        }
        return zero == null ? one : zero;
    }

    private BlockTree withChild(Prefix below, @Nullable BlockTree child) {
        return below.bit(network.length())
                ? new BlockTree(network, block, zero, child)
                : new BlockTree(network, block, child, one);
    }

    private @Nullable BlockTree child(long high, long low) {
        return network.length() < Prefix.MAX_LENGTH && Prefix.bit(high, low, network.length()) ? one : zero;
    }

    /** The child on the way to an address; null when nothing more lies there. */
    @Nullable
    BlockTree next(long high, long low) {
        BlockTree child = child(high, low);
        return child != null && child.network.contains(high, low) ? child : null;
    }

    /**
     * Shows the blocks in the order of their first addresses, the wider before the narrower.
     *
     * @param after begins behind this network; null for the beginning
     * @param visitor false when it has seen enough
     * @return false when the visitor had enough
     */
    boolean visit(@Nullable Prefix after, Predicate<Block> visitor) {
        if (after != null && after.isBehind(network)) {
            return true;
        }
        return (block == null || (after != null && network.compareTo(after) <= 0) || visitor.test(block))
                && (zero == null || zero.visit(after, visitor)) && (one == null || one.visit(after, visitor));
    }
}
