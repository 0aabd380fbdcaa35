package io.vipgate.operations;

import io.vipgate.access.SourceLimits;
import io.vipgate.access.SourceUse;
import io.vipgate.admin.RequestException;
import io.vipgate.admin.model.SourceList;
import io.vipgate.control.ListenerRegistry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Which sources use most of what {@code perSource} allows them.
 *
 * <p>Thread-safe.
 */
public final class SourceReport {
    private final ListenerRegistry listeners;
    private final LongSupplier clock;

    /**
     * Makes the report of one gateway.
     *
     * @param clock {@link System#nanoTime}
     */
    public SourceReport(ListenerRegistry listeners, LongSupplier clock) {
        this.listeners = listeners;
        this.clock = clock;
    }

    private record Found(String listener, boolean isDryRun, SourceUse use) {}

    SourceList top(Optional<String> listener, int most) throws RequestException {
        List<String> names = listeners.present().stream().map(ListenerRegistry.Present::name).toList();
        if (listener.isPresent() && !names.contains(listener.get())) {
            throw RequestException.notFound("listener: " + listener.get() + " (expected: one of " + names + ")");
        }
        List<Found> found = new ArrayList<>();
        for (String name : listener.map(List::of).orElse(names)) {
            Optional<SourceLimits> limits = listeners.admissions().limits(name);
            limits.ifPresent(each -> each.top(most, clock.getAsLong())
                    .forEach(use -> found.add(new Found(name, each.isDryRun(), use))));
        }
        found.sort(Comparator.comparing(Found::use, SourceUse.MOST_FIRST));
        return new SourceList(found.stream().limit(most).map(SourceReport::entry).toList());
    }

    private static SourceList.Entry entry(Found found) {
        SourceUse use = found.use();
        boolean hasRate = use.burst() > 0;
        return new SourceList.Entry(found.listener(), use.source().toString(), use.isAround(),
                (int) Math.min(Math.round(100 * use.share()), Integer.MAX_VALUE), use.open(),
                use.maxConnections() > 0 ? use.maxConnections() : null, hasRate ? use.tokens() : null,
                hasRate ? use.burst() : null, use.refused(), found.isDryRun());
    }
}
