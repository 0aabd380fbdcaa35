package io.vipgate.control;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Files of the gateway's own: replaced as a whole by a rename, so that they are never half written, on the disk when that is
 * over, and readable by their owner alone, whatever the umask.
 *
 * <p>Stateless.
 */
public final class PrivateFile {
    private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rw-------");
    private static final Set<StandardOpenOption> NEW = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    private PrivateFile() {}

    /** Writes what is to be in the file. */
    @FunctionalInterface
    public interface Content {
        /** Writes all of it; the channel stays open. */
        void writeTo(FileChannel channel) throws IOException;
    }

    /**
     * Replaces a file, or makes it. What stands beside it as {@code NAME.new} goes.
     *
     * @param target where it is; a symbolic link there is replaced itself
     * @throws IOException if that is not possible; the file is as it was then, and nothing stands beside it
     */
    public static void replace(Path target, Content content) throws IOException {
        Path beside = target.resolveSibling(target.getFileName() + ".new");
        Files.deleteIfExists(beside);
        try {
            writeNew(beside, content);
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            Files.deleteIfExists(beside);
            throw e;
        }
        syncDirectory(target);
    }

    private static void writeNew(Path beside, Content content) throws IOException {
        try (FileChannel channel = FileChannel.open(beside, NEW, PosixFilePermissions.asFileAttribute(MODE))) {
            // The umask may have taken more away.
            Files.setPosixFilePermissions(beside, MODE);
            content.writeTo(channel);
            channel.force(true);
        }
    }

    /** So that the rename outlives a loss of power. */
    private static void syncDirectory(Path target) throws IOException {
        Path directory = target.getParent();
        if (directory != null) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
