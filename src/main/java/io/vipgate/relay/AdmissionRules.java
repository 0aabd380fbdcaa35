package io.vipgate.relay;

import io.vipgate.access.AccessList;
import io.vipgate.access.Blocks;
import io.vipgate.access.SourceLimits;
import org.jspecify.annotations.Nullable;

/**
 * Who may come in to a listener, and how much of it they may take.
 *
 * <p>Immutable; what it refers to is thread-safe.
 *
 * @param blocks of the whole gateway
 * @param access null: everybody may
 * @param isDryRun whether {@code access} refuses nobody, and is only counted
 * @param answersWithFin whether who is turned away by {@code access} or a block gets FIN instead of RST
 * @param limits null: none
 */
public record AdmissionRules(Blocks blocks, @Nullable AccessList access, boolean isDryRun, boolean answersWithFin,
        @Nullable SourceLimits limits) {
    /** Everybody may come in, as often as they like. */
    static final AdmissionRules OPEN = new AdmissionRules(new Blocks(), null, false, false, null);
}
