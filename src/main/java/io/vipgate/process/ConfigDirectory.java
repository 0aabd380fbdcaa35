package io.vipgate.process;

import io.vipgate.config.ConfigLoader;
import io.vipgate.control.PrivateFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where configurations that have held are kept over a restart: a directory beside the state file, with its name and {@code
 * .configurations}. A configuration may name commands, so only one is trusted that nobody else may write to.
 *
 * <p>Immutable.
 *
 * @param path the directory
 */
record ConfigDirectory(Path path) {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigDirectory.class);
    private static final String SUFFIX = ".yaml";
    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'")
            .withZone(ZoneOffset.UTC);
    private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rwx------");
    private static final Path OWN_STATUS = Path.of("/proc/self/status");
    /** Of the four user IDs there, the one that owns what the process makes. */
    private static final int FILE_SYSTEM_USER = 4;

    /** The directory beside a state file. */
    static ConfigDirectory beside(Path stateFile) {
        return new ConfigDirectory(
                stateFile.toAbsolutePath().resolveSibling(stateFile.getFileName() + ".configurations"));
    }

    /**
     * What is there, the newest first; what can't be read is told and left out.
     *
     * @param most how many, at most
     */
    List<HeldConfig> read(int most) {
        List<HeldConfig> read = new ArrayList<>();
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return read;
        }
        try {
            check();
            for (Path file : newest(most)) {
                read(file).ifPresent(read::add);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("earlier configurations can't be read: {}; vipgate rollback knows those since the start",
                    e.toString());
        }
        return read;
    }

    private List<Path> newest(int most) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.filter(file -> sinceOf(file).isPresent())
                    .sorted(Comparator.comparing(Path::getFileName).reversed()).limit(most).toList();
        }
    }

    private static Optional<HeldConfig> read(Path file) {
        try {
            // Before it is opened: a pipe would keep us waiting for a writer.
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException("not a regular file");
            }
            try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                byte[] text = in.readNBytes(ConfigLoader.MAX_BYTES + 1);
                if (text.length > ConfigLoader.MAX_BYTES) {
                    throw new IOException("longer than a configuration may be");
                }
                return Optional.of(new HeldConfig(sinceOf(file).orElseThrow(),
                        new String(text, StandardCharsets.UTF_8)));
            }
        } catch (IOException e) {
            LOG.warn("an earlier configuration can't be read: {}: {}", file, e.toString());
            return Optional.empty();
        }
    }

    private static Optional<Instant> sinceOf(Path file) {
        String name = file.getFileName().toString();
        try {
            return name.endsWith(SUFFIX)
                    ? Optional.of(NAME.parse(name.substring(0, name.length() - SUFFIX.length()), Instant::from))
                    : Optional.empty();
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** Keeps one; where that is not possible, it is told. */
    void write(HeldConfig held) {
        try {
            if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(path, PosixFilePermissions.asFileAttribute(MODE));
            }
            check();
            ByteBuffer text = ByteBuffer.wrap(held.text().getBytes(StandardCharsets.UTF_8));
            PrivateFile.replace(file(held), channel -> {
                while (text.hasRemaining()) {
                    int _ = channel.write(text);
                }
            });
        } catch (IOException e) {
            LOG.warn("the configuration can't be kept for vipgate rollback after a restart: {}", e.toString());
        }
    }

    /** Keeps one no longer. */
    void delete(HeldConfig held) {
        try {
            Files.deleteIfExists(file(held));
        } catch (IOException e) {
            LOG.warn("an old configuration can't be deleted: {}", e.toString());
        }
    }

    private Path file(HeldConfig held) {
        return path.resolve(NAME.format(held.since()) + SUFFIX);
    }

    /** Whoever can write there would choose what the gateway runs. */
    private void check() throws IOException {
        PosixFileAttributes present = Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!present.isDirectory()) {
            throw new IOException(path + " is no directory");
        }
        int owner = (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        if (owner != 0 && owner != ownUser()) {
            throw new IOException(path + " belongs to user " + owner + " (expected: the gateway's own)");
        }
        if (present.permissions().contains(PosixFilePermission.GROUP_WRITE)
                || present.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IOException(path + " may be written by others (expected: mode 0700)");
        }
    }

    private static int ownUser() throws IOException {
        for (String line : Files.readAllLines(OWN_STATUS, StandardCharsets.ISO_8859_1)) {
            if (line.startsWith("Uid:")) {
                return Integer.parseUnsignedInt(line.split("\\s+", -1)[FILE_SYSTEM_USER]);
            }
        }
        throw new IOException(OWN_STATUS + " does not say whose this process is");
    }
}
