package io.vipgate.admin.http;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a Unix socket: made with mode 0660, gone with the server that made it. What a dead gateway has left is replaced,
 * what a live one listens on never.
 *
 * <p>Immutable.
 */
final class UnixSocketFile {
    private static final Logger LOG = LoggerFactory.getLogger(UnixSocketFile.class);

    private final Path path;
    private final Optional<Object> key;
    private final int owner;
    private final int group;

    private UnixSocketFile(Path path, Optional<Object> key, int owner, int group) {
        this.path = path;
        this.key = key;
        this.owner = owner;
        this.group = group;
    }

    /**
     * Makes way for a socket.
     *
     * @throws IOException if there is no directory, something else has that name, or a program listens there
     */
    static void prepare(Path path) throws IOException {
        Path directory = path.getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            throw new IOException("no such directory: " + directory);
        }
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).isOther()) {
            throw new IOException("there is a file of that name, and no socket");
        }
        try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            throw new IOException("a program listens there already");
        } catch (ConnectException e) {
            // Nobody listens: a gateway was killed.
            Files.delete(path);
        }
    }

    /** The file of a socket that was bound just now. */
    static UnixSocketFile of(Path path) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw----"));
        return new UnixSocketFile(path, key(path), (Integer) Files.getAttribute(path, "unix:uid"),
                (Integer) Files.getAttribute(path, "unix:gid"));
    }

    private static Optional<Object> key(Path path) throws IOException {
        return Optional.ofNullable(Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey());
    }

    int owner() {
        return owner;
    }

    int group() {
        return group;
    }

    /** Takes the file away, unless another gateway has put its own in place. */
    void remove() {
        try {
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && key(path).equals(key)) {
                Files.delete(path);
            }
        } catch (IOException e) {
            LOG.warn("{} can't be removed: {}", path, e.toString());
        }
    }
}
