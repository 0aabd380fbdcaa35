package io.vipgate.access;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What is wrong in access lists, as far as a person can read: the first ones, and how many more.
 *
 * <p>Confined to one thread.
 */
final class AccessFaults {
    /** Most that are told. */
    static final int MAX_TOLD = 20;

    private final List<AccessFault> told = new ArrayList<>();
    private int untold;

    boolean isEmpty() {
        return told.isEmpty();
    }

    /**
     * One more.
     *
     * @param message is made if it will be told
     */
    void add(AccessLine line, String origin, Supplier<String> message) {
        if (told.size() < MAX_TOLD) {
            told.add(new AccessFault(line, origin, message.get()));
        } else {
            untold++;
        }
    }

    List<AccessFault> all() {
        List<AccessFault> all = new ArrayList<>(told);
        if (untold > 0) {
            AccessFault last = told.getLast();
            all.add(new AccessFault(last.line(), last.origin(), "and " + untold + " more"));
        }
        return List.copyOf(all);
    }
}
