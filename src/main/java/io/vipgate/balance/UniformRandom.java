package io.vipgate.balance;

import io.vipgate.pool.Candidate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code random}: every candidate alike, whatever its weight.
 *
 * <p>Immutable.
 */
final class UniformRandom implements Balancer {
    private final Candidate[] candidates;

    UniformRandom(List<Candidate> candidates) {
        this.candidates = candidates.toArray(Candidate[]::new);
    }

    @Override
    public @Nullable Candidate select(Choice choice) {
        Candidate drawn = candidates[Draw.below(candidates.length, choice.random())];
        if (choice.isUsable(drawn.endpoint())) {
            return drawn;
        }
        return Draw.uniformAmongUsable(candidates, choice);
    }
}
