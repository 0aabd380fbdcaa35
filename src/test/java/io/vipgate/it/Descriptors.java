package io.vipgate.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Descriptors of this process that a gateway could leak (proc(5), {@code /proc/self/fd}).
 *
 * <p>Immutable.
 *
 * @param sockets of any kind
 * @param pipes ends of pipes
 * @param anonymous epoll, eventfd and timerfd instances
 */
record Descriptors(int sockets, int pipes, int anonymous) {
    static final Descriptors NONE = new Descriptors(0, 0, 0);

    static Descriptors now() {
        int sockets = 0;
        int pipes = 0;
        int anonymous = 0;
        try (DirectoryStream<Path> links = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path link : links) {
                String target = target(link);
                if (target.startsWith("socket:")) {
                    sockets++;
                } else if (target.startsWith("pipe:")) {
                    pipes++;
                } else if (target.startsWith("anon_inode:")) {
                    anonymous++;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Descriptors(sockets, pipes, anonymous);
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            // Closed since the directory was read.
            return "";
        }
    }
}
