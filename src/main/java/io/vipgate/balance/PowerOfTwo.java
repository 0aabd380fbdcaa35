package io.vipgate.balance;

import io.vipgate.pool.Candidate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code power-of-two}: draws two candidates by weight and takes the less loaded (M. Mitzenmacher, "The Power of Two
 * Choices in Randomized Load Balancing", 2001).
 *
 * <p>Immutable.
 */
final class PowerOfTwo implements Balancer {
    private final Candidate[] candidates;
    private final AliasTable table;

    PowerOfTwo(List<Candidate> candidates) {
        this.candidates = candidates.toArray(Candidate[]::new);
        table = new AliasTable(this.candidates, Candidate::weight);
    }

    @Override
    public @Nullable Candidate select(SelectionContext context) {
        Candidate first = table.draw(context.random());
        Candidate second = table.draw(context.random());
        boolean isFirstUsable = context.isUsable(first.endpoint());
        boolean isSecondUsable = context.isUsable(second.endpoint());
        if (isFirstUsable && isSecondUsable) {
            return Load.compare(first, first.endpoint().connections(), second, second.endpoint().connections()) <= 0
                    ? first
                    : second;
        }
        if (isFirstUsable) {
            return first;
        }
        return isSecondUsable ? second : RandomPick.weightedAmongUsable(candidates, context);
    }
}
