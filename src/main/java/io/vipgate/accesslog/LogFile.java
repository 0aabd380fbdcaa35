package io.vipgate.accesslog;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where lines go: a file that is appended to, or standard output. What fails is said once and tried again every second.
 *
 * <p>Confined to the writer's thread.
 */
final class LogFile {
    private static final Logger LOG = LoggerFactory.getLogger(LogFile.class);
    private static final long RETRY_NANOS = 1_000_000_000L;
    private static final Set<StandardOpenOption> APPEND = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE,
            StandardOpenOption.APPEND);
    private static final Set<StandardOpenOption> NEW = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE,
            StandardOpenOption.APPEND);
    /** It tells who has been here: not for everybody. */
    private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rw-r-----");

    private final @Nullable Path path;
    private final LongSupplier clock;
    private @Nullable FileChannel channel;
    private boolean isFailing;
    private long retryAt;

    /**
     * Makes an output that is not open yet.
     *
     * @param path null for standard output
     * @param clock monotonic, in nanoseconds
     */
    LogFile(@Nullable Path path, LongSupplier clock) {
        this.path = path;
        this.clock = clock;
    }

    @Nullable
    Path path() {
        return path;
    }

    /**
     * Opens it unless it is open, so that what is wrong is told before there is something to write.
     *
     * @return false when that fails, or has failed less than a second ago
     */
    boolean open() {
        if (channel != null) {
            return true;
        }
        if (isFailing && clock.getAsLong() - retryAt < 0) {
            return false;
        }
        try {
            channel = path == null ? standardOutput() : open(path);
            return true;
        } catch (IOException e) {
            onFailed(e);
            return false;
        }
    }

    private static FileChannel open(Path path) throws IOException {
        try {
            FileChannel made = FileChannel.open(path, NEW, PosixFilePermissions.asFileAttribute(MODE));
            // The umask may have taken some away. An existing file keeps what its owner gave it.
            Files.setPosixFilePermissions(path, MODE);
            return made;
        } catch (FileAlreadyExistsException e) {
            // Made after all, where a link leads to a file that is not there yet.
            FileChannel present = FileChannel.open(path, APPEND, PosixFilePermissions.asFileAttribute(MODE));
            if (endsInHalfLine(path)) {
                present.write(ByteBuffer.wrap(new byte[]{'\n'}));
            }
            return present;
        }
    }

    /** Left by whoever was killed, or lost its disk, while it wrote. */
    private static boolean endsInHalfLine(Path path) {
        if (!Files.isRegularFile(path)) {
            return false;
        }
        try (FileChannel reading = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            return reading.size() > 0 && reading.read(last, reading.size() - 1) == 1 && last.get(0) != '\n';
        } catch (IOException e) {
            LOG.debug("the end of {} can't be read: {}", path, e.toString());
            return false;
        }
    }

    @SuppressWarnings("resource") // closing it would close the process's own standard output
    private static FileChannel standardOutput() {
        return new FileOutputStream(FileDescriptor.out).getChannel();
    }

    /**
     * Writes as much as can be written now. What is left begins with a line, but on standard output.
     *
     * @return lines that were lost because half of each is in the file
     */
    int write(ByteBuffer bytes) {
        if (!open() || channel == null) {
            return 0;
        }
        try {
            while (bytes.hasRemaining()) {
                if (channel.write(bytes) == 0) {
                    // Standard output may be set not to block, and full.
                    return 0;
                }
            }
            if (isFailing) {
                isFailing = false;
                LOG.info("the access log is written to {} again", this);
            }
            return 0;
        } catch (IOException e) {
            int lost = path == null ? 0 : takeBackHalfLine(channel, bytes);
            close();
            onFailed(e);
            return lost;
        }
    }

    /** A disk that is full has taken half a line, perhaps: out with it, to be written as a whole when there is room. */
    private static int takeBackHalfLine(FileChannel channel, ByteBuffer bytes) {
        int end = bytes.position();
        int start = end;
        while (start > 0 && bytes.get(start - 1) != '\n') {
            start--;
        }
        if (start == end) {
            return 0;
        }
        try {
            channel.truncate(channel.size() - (end - start));
            bytes.position(start);
            return 0;
        } catch (IOException e) {
            LOG.debug("half a line stays, and is ended when the file is opened again: {}", e.toString());
            while (bytes.hasRemaining() && bytes.get() != '\n') {
                // What is left of it would be half a line too.
            }
            return 1;
        }
    }

    private void onFailed(IOException e) {
        retryAt = clock.getAsLong() + RETRY_NANOS;
        if (!isFailing) {
            isFailing = true;
            LOG.error("the access log can't be written to {}, tried again every second: {}", this, e.toString());
        }
    }

    /** The next write does not wait for the end of the second. */
    void retryNow() {
        retryAt = clock.getAsLong();
    }

    /** Closes it; the next write opens it again, under its name. */
    void close() {
        FileChannel present = channel;
        channel = null;
        if (present != null && path != null) {
            try {
                present.close();
            } catch (IOException e) {
                LOG.warn("closing the access log {}: {}", this, e.toString());
            }
        }
    }

    @Override
    public String toString() {
        return path == null ? "standard output" : path.toString();
    }
}
