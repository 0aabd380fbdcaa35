package io.vipgate.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which file a path leads to, and in which state it is. The time of birth tells apart files that get the same number in
 * turn.
 *
 * <p>Immutable.
 *
 * @param real where the links of the path lead
 * @param number device and inode, where the file system has them
 * @param born when the file was made
 * @param changed when it was last written
 * @param size in bytes
 */
public record FileIdentity(Path real, @Nullable Object number, FileTime born, FileTime changed, long size) {
    /** The file as it is now; null when there is none, perhaps in the middle of a replacement. */
    public static @Nullable FileIdentity of(Path file) {
        try {
            Path real = file.toRealPath();
            BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
            return new FileIdentity(real, attributes.fileKey(), attributes.creationTime(),
                    attributes.lastModifiedTime(),
                    attributes.size());
        } catch (IOException e) {
            return null;
        }
    }

    /** Whether the path leads to the same file still, in the same state; looked at in one call, whichever links lead there. */
    boolean stillHolds(Path file) {
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            return number != null && number.equals(now.fileKey()) && changed.equals(now.lastModifiedTime())
                    && size == now.size() && born.equals(now.creationTime());
        } catch (IOException e) {
            return false;
        }
    }

    boolean isSameFile(FileIdentity other) {
        return real.equals(other.real) && Objects.equals(number, other.number)
                && (born.equals(other.born) || (!tellsBirth() && !other.tellsBirth()));
    }

    /** File systems that keep no time of birth give that of the last write instead. */
    private boolean tellsBirth() {
        return !born.equals(changed);
    }
}
