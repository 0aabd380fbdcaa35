package io.vipgate.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks once a second whether a file has been replaced, by a rename over it or by a symbolic link that leads to another
 * one; both put a whole file in place at once. A write into the file itself does not: it is told, and nothing more. The same
 * goes for the files of its access lists.
 *
 * <p>Polls rather than listens: inotify(7) says nothing of links further up the path, nor on network file systems.
 *
 * <p>Thread-safe.
 */
final class ConfigFileWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigFileWatch.class);
    private static final Duration EVERY = Duration.ofSeconds(1);

    private final Path file;
    private final BooleanSupplier isWanted;
    private final BooleanSupplier haveOthersChanged;
    private final Runnable onReplaced;
    private final Runnable onOthersChanged;
    @SuppressWarnings("NullAway.Init") // set by start, before anyone else sees this
    private Thread thread;
    private @Nullable FileIdentity seen;

    /**
     * Begins to look.
     *
     * @param seen the file when it was last read; null when it was not there
     * @param isWanted whether a replacement is to be acted on; asked each time
     * @param haveOthersChanged looks at other files, while that is wanted
     * @param onReplaced called when the file is another one
     * @param onOthersChanged called when it is the same, and one of the others is not
     */
    static ConfigFileWatch start(Path file, @Nullable FileIdentity seen, BooleanSupplier isWanted,
            BooleanSupplier haveOthersChanged, Runnable onReplaced, Runnable onOthersChanged) {
        ConfigFileWatch watch = new ConfigFileWatch(file, seen, isWanted, haveOthersChanged, onReplaced,
                onOthersChanged);
        watch.thread = Thread.ofPlatform().name("vipgate-watch").daemon().unstarted(watch::run);
        watch.thread.start();
        return watch;
    }

    private ConfigFileWatch(Path file, @Nullable FileIdentity seen, BooleanSupplier isWanted,
            BooleanSupplier haveOthersChanged, Runnable onReplaced, Runnable onOthersChanged) {
        this.haveOthersChanged = haveOthersChanged;
        this.file = file;
        this.isWanted = isWanted;
        this.onReplaced = onReplaced;
        this.onOthersChanged = onOthersChanged;
        this.seen = seen;
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(EVERY);
                boolean isReplaced = hasBeenReplaced();
                boolean areOthers = isWanted.getAsBoolean() && haveOthersChanged.getAsBoolean();
                if (isReplaced) {
                    onReplaced.run();
                } else if (areOthers) {
                    onOthersChanged.run();
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("{} is no longer watched", file);
        }
    }

    private boolean hasBeenReplaced() {
        FileIdentity before = seen;
        if (before != null && before.stillHolds(file)) {
            return false;
        }
        FileIdentity now = FileIdentity.of(file);
        if (now == null || now.equals(before)) {
            return false;
        }
        seen = now;
        if (!isWanted.getAsBoolean()) {
            return false;
        }
        if (before != null && now.isSameFile(before)) {
            LOG.warn("{} was written in place and is not loaded, since it may be half a file; SIGHUP loads it, or a "
                    + "rename over it", file);
            return false;
        }
        return true;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
