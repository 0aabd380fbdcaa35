package io.vipgate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks once a second whether a file has been replaced, by a rename over it or by a symbolic link that leads to another
 * one; both put a whole file in place at once. A write into the file itself does not: it is told, and nothing more.
 *
 * <p>Polls rather than listens: inotify(7) says nothing of links further up the path, nor on network file systems.
 *
 * <p>Thread-safe.
 */
final class FileWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);
    private static final Duration EVERY = Duration.ofSeconds(1);

    /** Which file it is, and which state of it. The time of birth tells apart files that get the same number in turn. */
    private record Seen(Path real, @Nullable Object number, FileTime born, FileTime changed, long size) {
        static @Nullable Seen of(Path file) {
            try {
                Path real = file.toRealPath();
                BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
                return new Seen(real, attributes.fileKey(), attributes.creationTime(), attributes.lastModifiedTime(),
                        attributes.size());
            } catch (IOException e) {
                // In the middle of a replacement, perhaps; the next look will tell.
                return null;
            }
        }

        boolean isSameFile(Seen other) {
            return real.equals(other.real) && Objects.equals(number, other.number) && born.equals(other.born);
        }
    }

    private final Path file;
    private final BooleanSupplier isWanted;
    private final Runnable onReplaced;
    private final Thread thread;
    private @Nullable Seen seen;

    /**
     * Begins to look.
     *
     * @param isWanted whether a replacement is to be acted on; asked each time
     */
    FileWatch(Path file, BooleanSupplier isWanted, Runnable onReplaced) {
        this.file = file;
        this.isWanted = isWanted;
        this.onReplaced = onReplaced;
        seen = Seen.of(file);
        thread = Thread.ofPlatform().name("vipgate-watch").daemon().start(this::run);
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(EVERY);
                look();
            }
        } catch (InterruptedException e) {
            LOG.debug("{} is no longer watched", file);
        }
    }

    private void look() {
        Seen now = Seen.of(file);
        Seen before = seen;
        if (now == null || now.equals(before)) {
            return;
        }
        seen = now;
        if (!isWanted.getAsBoolean()) {
            return;
        }
        if (before != null && now.isSameFile(before)) {
            LOG.warn("{} was written in place and is not loaded, since it may be half a file; SIGHUP loads it, or a "
                    + "rename over it", file);
        } else {
            onReplaced.run();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
