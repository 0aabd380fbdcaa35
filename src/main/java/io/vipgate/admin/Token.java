package io.vipgate.admin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The secret that changes need: 256 random bits, in a file that its owner alone may read; that of a demo is in none.
 *
 * <p>Immutable.
 */
public final class Token {
    private static final Logger LOG = LoggerFactory.getLogger(Token.class);
    private static final Path SYSTEM_PLACE = Path.of("/var/lib/vipgate/token");
    private static final int BYTES = 32;
    private static final int MIN_CHARACTERS = 16;
    private static final int MAX_BYTES = 4096;
    private static final String SCHEME = "bearer ";

    private final byte[] secret;

    private Token(String secret) {
        this.secret = secret.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Where the token is when the configuration does not say so: {@code /var/lib/vipgate/token}, or in the user's state
     * directory (XDG Base Directory Specification). Best first; a gateway takes the first that it can read or make.
     *
     * @param environment HOME, XDG_STATE_HOME
     */
    public static List<Path> places(Map<String, String> environment) {
        String state = environment.getOrDefault("XDG_STATE_HOME", "");
        if (state.startsWith("/")) {
            return List.of(SYSTEM_PLACE, Path.of(state, "vipgate", "token"));
        }
        String home = environment.getOrDefault("HOME", "");
        return home.startsWith("/")
                ? List.of(SYSTEM_PLACE, Path.of(home, ".local", "state", "vipgate", "token"))
                : List.of(SYSTEM_PLACE);
    }

    /**
     * Reads a token.
     *
     * @return the secret
     * @throws IOException if the file can't be read, or holds no token; the message is one line
     */
    public static String read(Path file) throws IOException {
        byte[] bytes;
        try (var in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES);
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException(file + ": can't be read: " + e, e);
        }
        String secret = new String(bytes, StandardCharsets.UTF_8).strip();
        if (secret.length() < MIN_CHARACTERS || !secret.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IOException(file + ": holds no token (expected: at least " + MIN_CHARACTERS
                    + " printable characters; without the file a new one is made)");
        }
        return secret;
    }

    /**
     * The token in a file, which is made with mode 0600 if it is missing.
     *
     * @throws IOException if it can't be read or made; the message is one line
     */
    public static Token at(Path file) throws IOException {
        if (Files.notExists(file)) {
            make(file);
        }
        Token token = new Token(read(file));
        warnOfReaders(file);
        return token;
    }

    /**
     * The token in the first of these places where there is one or one can be made.
     *
     * @throws IOException if that is nowhere; the message is one line
     */
    public static Token atFirstOf(List<Path> places) throws IOException {
        IOException failure = new IOException("no place for the token");
        for (Path place : places) {
            try {
                return at(place);
            } catch (IOException e) {
                failure = e;
            }
        }
        throw failure;
    }

    /** A new one that is in no file. */
    public static Token fresh() {
        return new Token(random());
    }

    /** The secret itself. */
    public String secret() {
        return new String(secret, StandardCharsets.UTF_8);
    }

    private static String random() {
        byte[] random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    private static void make(Path file) throws IOException {
        String text = random() + "\n";
        try {
            Path directory = file.toAbsolutePath().getParent();
            if (directory != null && Files.notExists(directory)) {
                Files.createDirectories(directory,
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            try (FileChannel out = FileChannel.open(file,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                ByteBuffer left = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
                while (left.hasRemaining()) {
                    int _ = out.write(left);
                }
                out.force(true);
            }
            LOG.info("a new admin token is in {}", file);
        } catch (FileAlreadyExistsException e) {
            LOG.debug("another gateway has just made {}", file);
        } catch (IOException | UncheckedIOException e) {
            throw new IOException(file + ": can't be made: " + e, e);
        }
    }

    private static void warnOfReaders(Path file) throws IOException {
        Set<PosixFilePermission> others = EnumSet.copyOf(PosixFilePermissions.fromString("rwxrwxrwx"));
        others.removeAll(PosixFilePermissions.fromString("rwx------"));
        Predicate<PosixFilePermission> isOthers = others::contains;
        if (Files.getPosixFilePermissions(file).stream().anyMatch(isOthers)) {
            LOG.warn("{} is open to others than its owner; chmod 600 it", file);
        }
    }

    /**
     * Whether an {@code Authorization} header carries it (RFC 6750 section 2.1). Takes as long for a wrong one as for the
     * right one.
     */
    boolean isIn(List<String> headers) {
        if (headers.size() != 1) {
            return false;
        }
        String header = headers.getFirst();
        return header.toLowerCase(Locale.ROOT).startsWith(SCHEME) && MessageDigest.isEqual(
                header.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8), secret);
    }
}
