package io.vipgate.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the admin server listens: an address, or a Unix socket. <b>Immutable.</b> One of both is present.
 *
 * @param address of TCP
 * @param socket the path of a Unix socket
 */
public record AdminBind(Optional<BindAddress> address, Optional<Path> socket) {
    /** What a path begins with. */
    public static final String SCHEME = "unix:";

    /** Of sun_path, unix(7), without the final zero. */
    private static final int MAX_BYTES = 107;
    private static final String FORM = SCHEME + " and an absolute path of at most " + MAX_BYTES
            + " bytes, for example unix:/run/vipgate/admin.sock";

    static AdminBind parse(String text) throws BadValueException {
        if (!text.startsWith(SCHEME)) {
            return new AdminBind(Optional.of(BindAddress.parse(text)), Optional.empty());
        }
        try {
            Path path = Path.of(text.substring(SCHEME.length()));
            if (path.isAbsolute() && path.getNameCount() > 0
                    && path.toString().getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES) {
                return new AdminBind(Optional.empty(), Optional.of(path));
            }
        } catch (InvalidPathException e) {
            // Said below.
        }
        throw BadValueException.expected(FORM);
    }

    /** As it is written in the file. */
    @Override
    public String toString() {
        return address.map(BindAddress::toString).orElseGet(() -> SCHEME + socket.orElseThrow());
    }
}
