package io.vipgate.importer.common;

import io.vipgate.importer.common.Intervals.Interval;
import java.math.BigInteger;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fewest networks with which the longest match admits just these addresses of a family; Draves, King, Venkatachary and Zill,
 * "Constructing Optimal IP Routing Tables", 1999, for two answers.
 *
 * <p>Confined to one thread.
 */
final class ShortestNetworks {
    private final AddressFamily family;
    private final Intervals admitted;
    private final Block root;

    ShortestNetworks(AddressFamily family, Intervals admitted) {
        this.family = family;
        this.admitted = admitted;
        root = block(new Interval(BigInteger.ZERO, family.highest()));
    }

    /** A network; with halves where it has addresses of both kinds. */
    private record Block(Interval addresses, boolean isAdmitted, @Nullable Block low, @Nullable Block high,
            int entriesIfAdmitted, int entriesIfRefused) {
        /** How many networks it takes in one for which this is the answer. */
        int entries(boolean around) {
            return around ? entriesIfAdmitted : entriesIfRefused;
        }
    }

    private Block block(Interval addresses) {
        boolean isAdmitted = admitted.covers(addresses);
        if (isAdmitted || !admitted.touches(addresses)) {
            return new Block(addresses, isAdmitted, null, null, isAdmitted ? 0 : 1, isAdmitted ? 1 : 0);
        }
        BigInteger half = addresses.first().add(addresses.size().shiftRight(1));
        Block low = block(new Interval(addresses.first(), half.subtract(BigInteger.ONE)));
        Block high = block(new Interval(half, addresses.last()));
        int admitting = low.entriesIfAdmitted + high.entriesIfAdmitted;
        int refusing = low.entriesIfRefused + high.entriesIfRefused;
        return new Block(addresses, false, low, high, Math.min(admitting, refusing + 1),
                Math.min(refusing, admitting + 1));
    }

    /**
     * Adds the networks to the lists.
     *
     * @param around what becomes of addresses that no network has
     */
    void addTo(List<String> allow, List<String> deny, boolean around) {
        add(root, around, allow, deny);
    }

    private void add(Block block, boolean around, List<String> allow, List<String> deny) {
        Block low = block.low;
        Block high = block.high;
        if (low == null || high == null) {
            if (block.isAdmitted != around) {
                (block.isAdmitted ? allow : deny).add(family.networkText(block.addresses));
            }
            return;
        }
        boolean isTurned = low.entries(around) + high.entries(around) > block.entries(around);
        if (isTurned) {
            (around ? deny : allow).add(family.networkText(block.addresses));
        }
        add(low, isTurned != around, allow, deny);
        add(high, isTurned != around, allow, deny);
    }

    /** Adds networks that have the refused addresses and no other. */
    void addRefused(List<String> deny) {
        addRefused(root, deny);
    }

    private void addRefused(Block block, List<String> deny) {
        if (block.low != null && block.high != null) {
            addRefused(block.low, deny);
            addRefused(block.high, deny);
        } else if (!block.isAdmitted) {
            deny.add(family.networkText(block.addresses));
        }
    }
}
