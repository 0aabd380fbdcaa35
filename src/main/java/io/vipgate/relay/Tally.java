package io.vipgate.relay;

/**
 * Counts by reason: one plain long per constant of an enum.
 *
 * <p>Confined to its event loop.
 */
final class Tally<E extends Enum<E>> {
    private final long[] counts;

    Tally(Class<E> reasons) {
        counts = new long[reasons.getEnumConstants().length];
    }

    @SuppressWarnings("EnumOrdinal") // an index into an array of this process, never stored
    void add(E reason) {
        counts[reason.ordinal()]++;
    }

    @SuppressWarnings("EnumOrdinal")
    long of(E reason) {
        return counts[reason.ordinal()];
    }
}
