package io.vipgate.access;

import java.util.List;
import java.util.PriorityQueue;

/**
 * Keeps those of many sources that are nearest to a limit.
 *
 * <p>Confined to one thread.
 */
final class SourceRanking {
    private final PriorityQueue<SourceUse> best = new PriorityQueue<>(SourceUse.MOST_FIRST.reversed());
    private final int most;

    SourceRanking(int most) {
        this.most = most;
    }

    void add(SourceUse use) {
        if (best.size() < most) {
            best.add(use);
        } else if (most > 0 && SourceUse.MOST_FIRST.compare(use, best.element()) < 0) {
            SourceUse _ = best.remove();
            best.add(use);
        }
    }

    List<SourceUse> inOrder() {
        return best.stream().sorted(SourceUse.MOST_FIRST).toList();
    }
}
