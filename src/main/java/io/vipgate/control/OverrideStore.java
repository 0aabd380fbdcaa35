package io.vipgate.control;

import io.vipgate.access.Block;
import io.vipgate.access.Blocks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what the operator has set, and blocks, over restarts, in the state file where there is one, and over reloads that remove an
 * endpoint or a pool and bring it back.
 *
 * <p>A file that can't be read may hold the only record of an endpoint in MAINT: it is never written over. The gateway serves
 * without it, says so in its log, its status and its metrics, and takes it, or begins a new one, when it has been mended or
 * moved away.
 *
 * <p>Confined to the control thread, but for {@link #open}, {@link #problem}, {@link #hasFile} and {@link #end}, which any
 * may call.
 */
final class OverrideStore {
    private static final Logger LOG = LoggerFactory.getLogger(OverrideStore.class);
    private static final long NEVER = -1;

    /** Of pools that the configuration names, or did; what the file says of others is read from that when it is wanted. */
    private final Map<String, Map<String, OperatorOverride>> byPool = new LinkedHashMap<>();
    /** Pools that the configuration names, or did. */
    private final Set<String> configured = new HashSet<>();
    private final Blocks blocks;
    private final Standby standby;
    private final ListenerStates listeners;
    private final ExecutorService writer = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("vipgate-state").daemon().factory());
    /** What is to be written; null when that has been. */
    private final AtomicReference<@Nullable Save> next = new AtomicReference<>();
    private volatile StateFileRead opened = StateFileRead.NONE;
    private volatile Optional<String> problem = Optional.empty();
    /** {@link Blocks#changes} when the file said of them what there is; {@link #NEVER} when it says less. */
    private volatile long restoredAt;
    /** The blocks that came with the file in use. */
    private List<Block> restored = List.of();
    /** What the file says now, as far as is known. Of the writer. */
    private @Nullable Save written;

    /**
     * What is to be written.
     *
     * @param standbySince when the gateway became the one that stands by
     * @param listeners those that take nobody
     * @param told the pools whose overrides are among these, if there are any
     * @param blockChanges how often the blocks had changed, of which those are written that there are by then
     */
    private record Save(StateFileRead opened, Optional<Instant> standbySince, Map<String, ListenerHold> listeners,
            Map<String, Map<String, OperatorOverride>> overrides,
            Set<String> told, long blockChanges) {}

    /** What a reload that fails goes back to. */
    record Remembered(StateFileRead opened, Optional<Instant> standbySince, Map<String, ListenerHold> listeners,
            Map<String, Map<String, OperatorOverride>> byPool, Set<String> configured,
            Optional<String> problem) {}

    /** Keeps these blocks too, whether the gateway stands by, and which listeners take nobody. */
    OverrideStore(Blocks blocks, Standby standby, ListenerStates listeners) {
        this.blocks = blocks;
        this.standby = standby;
        this.listeners = listeners;
    }

    /** Reads a state file, unless it is the one in use and has been read. Changes nothing. May take its time. */
    StateFileRead open(Optional<Path> file) {
        StateFileRead present = opened;
        if (file.isEmpty()) {
            return StateFileRead.NONE;
        }
        if (file.equals(present.file()) && present.unreadable().isEmpty()) {
            return present;
        }
        try {
            return new StateFileRead(file, StateFile.read(file.get()), Optional.empty());
        } catch (IOException e) {
            return new StateFileRead(file, Optional.empty(), Optional.of(String.valueOf(e.getMessage())));
        }
    }

    /** The file in use. */
    StateFileRead inUse() {
        return opened;
    }

    /** Keeps the overrides there from now on. What it says holds wherever the operator has set nothing since the start. */
    void use(StateFileRead file) {
        if (file.equals(opened)) {
            return;
        }
        // What the file before says of pools that nobody has asked for since.
        kept().byPool().keySet().forEach(pool -> byPool.computeIfAbsent(pool, kept()::overrides));
        opened = file.withoutBlocks();
        problem = file.unreadable().map(reason -> file.file().orElseThrow() + " can't be read: " + reason);
        problem.ifPresent(
                text -> LOG.error("stateFile: {}; the operator states and blocks in it do not hold, none are kept, "
                        + "and it is not written to until it is mended or moved away, and the configuration "
                        + "reloaded", text));
        file.states().ifPresent(states -> {
            states.problems().forEach(text -> LOG.warn("stateFile: {}:{}", file.file().orElseThrow(), text));
            if (states.problemCount() > states.problems().size()) {
                LOG.warn("stateFile: {}: {} more lines can't be read", file.file().orElseThrow(),
                        states.problemCount() - states.problems().size());
            }
            byPool.forEach((pool, present) -> states.overrides(pool).forEach(present::putIfAbsent));
            standby.restore(states.standbySince());
            listeners.restore(states.listeners());
            restored = blocks.restore(states.blocks());
            restoredAt = blocks.size() == restored.size() ? blocks.changes() : NEVER;
            if (!states.blocks().isEmpty()) {
                LOG.info("stateFile: {} blocks restored, {} have expired or were there", restored.size(),
                        states.blocks().size() - restored.size());
            }
        });
    }

    /** What there is, for {@link #takeBack}. */
    Remembered remember() {
        Map<String, Map<String, OperatorOverride>> copy = new LinkedHashMap<>();
        byPool.forEach((pool, endpoints) -> copy.put(pool, new LinkedHashMap<>(endpoints)));
        return new Remembered(opened, standby.since(), listeners.held(), copy, Set.copyOf(configured), problem);
    }

    /** Makes it again as it was; blocks that came with another file since go. */
    void takeBack(Remembered before) {
        byPool.clear();
        byPool.putAll(before.byPool());
        configured.retainAll(before.configured());
        problem = before.problem();
        if (!before.opened().equals(opened)) {
            blocks.takeBack(restored);
            restored = List.of();
            standby.takeBack(before.standbySince());
            listeners.takeBack(before.listeners());
            opened = before.opened();
            restoredAt = NEVER;
        }
    }

    private KeptStates kept() {
        return opened.states().orElse(KeptStates.NONE);
    }

    /** What is kept of a pool's endpoints, whether the configuration names them or not. */
    Map<String, OperatorOverride> of(String pool) {
        Map<String, OperatorOverride> present = byPool.get(pool);
        return present == null ? kept().overrides(pool) : present;
    }

    /** Remembers what holds of a pool's endpoints. */
    void put(String pool, Map<String, OperatorOverride> overrides) {
        configured.add(pool);
        byPool.put(pool, new LinkedHashMap<>(overrides));
    }

    /** Has what is remembered written, soon. */
    void save() {
        StateFileRead present = opened;
        if (present.file().isEmpty()) {
            return;
        }
        KeptStates kept = kept();
        Map<String, Map<String, OperatorOverride>> set = new LinkedHashMap<>();
        byPool.forEach((pool, endpoints) -> {
            Map<String, OperatorOverride> ofPool = new LinkedHashMap<>(endpoints);
            if (configured.contains(pool)) {
                ofPool.entrySet().removeIf(each -> each.getValue().equals(OperatorOverride.NONE)
                        && !kept.needsLine(pool, each.getKey()));
            }
            if (!ofPool.isEmpty()) {
                set.put(pool, ofPool);
            }
        });
        if (next.getAndSet(
                new Save(present, standby.since(), listeners.held(), set, Set.copyOf(byPool.keySet()),
                        blocks.changes())) == null) {
            try {
                writer.execute(this::write);
            } catch (RejectedExecutionException e) {
                LOG.debug("shutting down: operator states are written no more");
            }
        }
    }

    private void write() {
        Save save = next.getAndSet(null);
        if (save == null || save.equals(written) || !mayWrite(save.opened())) {
            return;
        }
        Path file = save.opened().file().orElseThrow();
        KeptStates kept = save.opened().states().orElse(KeptStates.NONE);
        if (written == null && save.blockChanges() == restoredAt && save.opened().states().isPresent()
                && save.standbySince().equals(kept.standbySince()) && save.listeners().equals(kept.listeners())
                && save.overrides().equals(overridesOf(kept, save.told()))) {
            written = save;
            return;
        }
        try {
            StateFile.write(file,
                    out -> StateText.write(out, save.standbySince(), save.listeners(), save.overrides(), save.told(),
                            kept),
                    this::writeBlocks);
            written = save;
            problem = Optional.empty();
        } catch (IOException e) {
            problem = Optional.of(file + " can't be written: " + e.getMessage());
            LOG.error("stateFile: {} can't be written: {}; operator states and blocks would not survive a restart",
                    file,
                    e.getMessage());
        }
    }

    private void writeBlocks(Appendable out) throws IOException {
        for (Block block : blocks.list()) {
            BlockText.write(out, block);
        }
    }

    /** A file that can't be read has been moved away, perhaps. */
    private boolean mayWrite(StateFileRead file) {
        return file.unreadable().isEmpty() || (written != null && written.opened().equals(file))
                || Files.notExists(file.file().orElseThrow(), LinkOption.NOFOLLOW_LINKS);
    }

    private static Map<String, Map<String, OperatorOverride>> overridesOf(KeptStates kept, Set<String> pools) {
        Map<String, Map<String, OperatorOverride>> set = new LinkedHashMap<>();
        for (String pool : pools) {
            Map<String, OperatorOverride> ofPool = kept.overrides(pool);
            if (!ofPool.isEmpty()) {
                set.put(pool, ofPool);
            }
        }
        return set;
    }

    /** Why operator states are not kept over a restart although they should be; empty when they are. */
    Optional<String> problem() {
        return problem;
    }

    /** Whether they should be. */
    boolean hasFile() {
        return opened.file().isPresent();
    }

    /**
     * Ends; what is to be written is written.
     *
     * @return whether that was possible in time
     * @throws InterruptedException if the waiting thread is interrupted
     */
    boolean end(long millis) throws InterruptedException {
        writer.shutdown();
        return writer.awaitTermination(millis, TimeUnit.MILLISECONDS);
    }
}
