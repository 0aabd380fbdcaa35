package io.vipgate.process;

import io.vipgate.config.ConfigLoader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
 * The configurations that have held: the present one and up to five before it, as the text of their files, so that what
 * <code>${NAME}</code> stands for is not in it. Where a state file is configured they are kept beside it, in a directory with its name
 * and {@code .configurations}, and outlive a restart.
 *
 * <p>Confined to the reload that is under way; {@link Reloader} makes one after the other.
 */
final class ConfigHistory {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigHistory.class);
    private static final int MOST = 6;
    private static final String SUFFIX = ".yaml";
    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'")
            .withZone(ZoneOffset.UTC);
    private static final Set<PosixFilePermission> FILE_MODE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> DIRECTORY_MODE = PosixFilePermissions.fromString("rwx------");

    private final List<Held> held = new ArrayList<>();
    private int present;
    private Optional<Path> directory = Optional.empty();

    /** A configuration that has held, since then. Immutable. */
    record Held(Instant since, String text) {}

    /** Keeps them beside this state file from now on, and takes what is there. */
    void keepBeside(Optional<Path> stateFile) {
        Optional<Path> next = stateFile
                .map(file -> file.toAbsolutePath().resolveSibling(file.getFileName() + ".configurations"));
        if (next.equals(directory)) {
            return;
        }
        directory = next;
        next.ifPresent(this::read);
        held.sort(Comparator.comparing(Held::since).reversed());
        cut();
    }

    private void read(Path from) {
        if (Files.notExists(from)) {
            return;
        }
        try (Stream<Path> files = Files.list(from)) {
            List<Path> newest = files.filter(file -> sinceOf(file).isPresent())
                    .sorted(Comparator.comparing(Path::getFileName).reversed()).limit(MOST).toList();
            for (Path file : newest) {
                try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                    byte[] text = in.readNBytes(ConfigLoader.MAX_BYTES);
                    held.add(new Held(sinceOf(file).orElseThrow(), new String(text, StandardCharsets.UTF_8)));
                }
            }
        } catch (IOException e) {
            LOG.warn("earlier configurations can't be read: {}; vipgate rollback knows those since the start",
                    e.toString());
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

    /** This one holds now. */
    void onHeld(String text) {
        if (!held.isEmpty() && held.get(present).text().equals(text)) {
            return;
        }
        Held now = new Held(Instant.now(), text);
        held.addFirst(now);
        present = 0;
        directory.ifPresent(into -> write(into, now));
        cut();
    }

    private static void write(Path into, Held now) {
        try {
            if (Files.notExists(into)) {
                Files.createDirectory(into, PosixFilePermissions.asFileAttribute(DIRECTORY_MODE));
            }
            Path beside = into.resolve("new");
            Files.deleteIfExists(beside);
            Files.createFile(beside, PosixFilePermissions.asFileAttribute(FILE_MODE));
            Files.writeString(beside, now.text());
            Files.move(beside, into.resolve(NAME.format(now.since()) + SUFFIX), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.warn("the configuration can't be kept for vipgate rollback after a restart: {}", e.toString());
        }
    }

    private void cut() {
        while (held.size() > MOST) {
            Held gone = held.removeLast();
            directory.ifPresent(from -> delete(from.resolve(NAME.format(gone.since()) + SUFFIX)));
        }
        present = Math.min(present, Math.max(0, held.size() - 1));
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("an old configuration can't be deleted: {}", e.toString());
        }
    }

    /** All of them, the newest first. */
    List<Held> list() {
        return List.copyOf(held);
    }

    /** Which of the {@link #list} holds. */
    int present() {
        return present;
    }

    /** The one so many before the present one; empty when there is none. */
    Optional<Held> before(int steps) {
        return present + steps < held.size() ? Optional.of(held.get(present + steps)) : Optional.empty();
    }

    /** The one so many before the present one holds again. */
    void onRolledBack(int steps) {
        present += steps;
    }
}
