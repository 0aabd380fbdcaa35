package io.vipgate.process;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The configurations that have held: the present one and up to five others, as the text of their files, so that what
 * <code>${NAME}</code> stands for is not in it. Each stands there once, where it held last. Where a state file is configured they
 * are kept in a {@link ConfigDirectory} too, and outlive a restart.
 *
 * <p>Confined to the reload that is under way; {@link Reloader} makes one after the other.
 */
final class ConfigHistory {
    private static final int MOST = 6;

    private final InstantSource clock;
    /** The one that held last comes first, as of the last time that a new one came. */
    private final List<HeldConfig> held = new ArrayList<>();
    /** Which of them holds: another than the first after a rollback, so that the next one goes further back. */
    private int present;
    private Instant presentSince = Instant.EPOCH;
    private Optional<ConfigDirectory> directory = Optional.empty();

    ConfigHistory(InstantSource clock) {
        this.clock = clock;
    }

    /** A configuration with this text holds now; it and the others are kept beside this state file. */
    void onHeld(String text, Optional<Path> stateFile) {
        keepBeside(stateFile);
        if (!held.isEmpty() && held.get(present).text().equals(text)) {
            return;
        }
        if (present > 0) {
            // It was the last one that held, whatever was rolled back.
            addFirst(held.get(present).text(), presentSince);
        }
        addFirst(text, clock.instant());
        cut();
    }

    /** It stands nowhere else then. */
    private void addFirst(String text, Instant since) {
        for (HeldConfig same : held.stream().filter(each -> each.text().equals(text)).toList()) {
            held.remove(same);
            directory.ifPresent(from -> from.delete(same));
        }
        HeldConfig now = new HeldConfig(inOrder(since.truncatedTo(ChronoUnit.MILLIS)), text);
        held.addFirst(now);
        directory.ifPresent(into -> into.write(now));
        present = 0;
        presentSince = now.since();
    }

    /** Files are sorted by time, also when the clock has been set back. */
    private Instant inOrder(Instant since) {
        Instant last = held.isEmpty() ? Instant.MIN : held.getFirst().since();
        return since.isAfter(last) ? since : last.plusMillis(1);
    }

    private void keepBeside(Optional<Path> stateFile) {
        Optional<ConfigDirectory> next = stateFile.map(ConfigDirectory::beside);
        if (next.equals(directory)) {
            return;
        }
        directory = next;
        next.ifPresent(this::adopt);
        cut();
    }

    /** What was known comes first, and is written there; then what is there already. */
    private void adopt(ConfigDirectory next) {
        List<HeldConfig> there = next.read(MOST);
        held.stream().filter(known -> !there.contains(known)).forEach(next::write);
        for (HeldConfig each : there) {
            if (held.stream().noneMatch(known -> known.text().equals(each.text()))) {
                held.add(each);
            } else if (!held.contains(each)) {
                next.delete(each);
            }
        }
    }

    private void cut() {
        while (held.size() > MOST) {
            HeldConfig gone = held.removeLast();
            directory.ifPresent(from -> from.delete(gone));
        }
    }

    /** Since when each has held, the present one first, then those before it. */
    List<Instant> since() {
        List<Instant> since = new ArrayList<>(held.stream().skip(present).map(HeldConfig::since).toList());
        if (present > 0) {
            since.set(0, presentSince);
        }
        return since;
    }

    /** The one so many before the present one; empty when there is none. */
    Optional<HeldConfig> before(int steps) {
        return present + steps < held.size() ? Optional.of(held.get(present + steps)) : Optional.empty();
    }

    /** The one so many before the present one holds again; where the state file is does not change for those before it. */
    void onRolledBack(int steps, Optional<Path> stateFile) {
        present += steps;
        presentSince = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        keepBeside(stateFile);
    }
}
