package io.vipgate.access;

import java.util.List;
import java.util.Optional;

/**
 * Who may come in: the longest network that an address lies in decides, whichever list it stands in. Of those that nobody
 * lists all may come in, unless there is a list of who may.
 *
 * <p>Immutable.
 */
public final class AccessList {
    /** Most networks, those of all files counted. */
    public static final int MAX_PREFIXES = PrefixTable.MAX_PREFIXES;

    private final PrefixTable table;
    private final AccessOrigins origins;
    private final int allowed;
    private final int size;
    private final long fingerprint;

    /** Those with an index below {@code allowed} may come in, the others of {@code size} may not. */
    AccessList(PrefixTable table, AccessOrigins origins, int allowed, int size, long fingerprint) {
        this.table = table;
        this.origins = origins;
        this.allowed = allowed;
        this.size = size;
        this.fingerprint = fingerprint;
    }

    /**
     * What was read.
     *
     * @param list empty when anything is wrong
     * @param faults what is wrong, in the order in which it stands; the last one says when there are more than are told
     */
    public record Reading(Optional<AccessList> list, List<AccessFault> faults) {}

    /**
     * Why an address may come in, or not.
     *
     * @param isAllowed whether it may
     * @param isListed whether an entry decides
     * @param entry that entry, {@code 192.0.2.0/24}; empty if none does
     * @param origin where it stands, {@code gateway.yaml:12} or {@code /etc/vipgate/deny/a.txt:3}; empty if none does
     */
    public record Decision(boolean isAllowed, boolean isListed, String entry, String origin) {}

    /** Reads two lists and the files that they name; tells all that is wrong. */
    public static Reading read(List<AccessLine> allow, List<AccessLine> deny) {
        AccessListReader reader = new AccessListReader();
        reader.read(allow);
        int allowed = reader.size();
        reader.read(deny);
        return reader.finish(allowed);
    }

    /** Whether an address may come in. Allocates nothing. */
    public boolean isAllowed(long high, long low) {
        int found = table.find(high, low);
        return found == PrefixTable.NONE ? allowed == 0 : found < allowed;
    }

    /** Whether an entry of the list of those that may not come in decides about an address. Allocates nothing. */
    public boolean isDenied(long high, long low) {
        return table.find(high, low) >= allowed;
    }

    /** Whether an address may come in, and why. */
    public Decision decide(long high, long low) {
        int found = table.find(high, low);
        return found == PrefixTable.NONE
                ? new Decision(allowed == 0, false, "", "")
                : new Decision(found < allowed, true, table.prefix(high, low).toString(), origins.of(found));
    }

    /** Whether another one was made of the same networks in the same order, as far as 64 bits of a hash tell. */
    public boolean hasSameNetworks(AccessList other) {
        return size == other.size && allowed == other.allowed && fingerprint == other.fingerprint;
    }

    /** How many networks it was made of. */
    public int size() {
        return size;
    }
}
