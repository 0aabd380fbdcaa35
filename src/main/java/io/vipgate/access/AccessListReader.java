package io.vipgate.access;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads access lists and their files.
 *
 * <p>Confined to one thread.
 */
final class AccessListReader {
    private final List<Prefix> prefixes = new ArrayList<>();
    private final List<String> origins = new ArrayList<>();
    private final List<AccessFault> faults = new ArrayList<>();

    int size() {
        return prefixes.size();
    }

    void read(List<AccessLine> lines) {
        for (AccessLine line : lines) {
            line.entry().prefix().ifPresentOrElse(prefix -> {
                prefixes.add(prefix);
                origins.add(line.origin());
            }, () -> readFiles(line));
        }
    }

    private void readFiles(AccessLine line) {
        Path path = Path.of(line.entry().files());
        List<Path> files = new ArrayList<>();
        if (line.entry().isPattern()) {
            try (DirectoryStream<Path> found = Files.newDirectoryStream(path.getParent(),
                    path.getFileName().toString())) {
                found.forEach(files::add);
            } catch (NoSuchFileException _) {
                // No directory, no files: as if the pattern had matched none.
            } catch (IOException e) {
                faults.add(new AccessFault(line, path.toString(), "can't be read: " + e.getMessage()));
            }
        } else {
            files.add(path);
        }
        for (Path file : files) {
            readFile(line, file);
        }
    }

    private void readFile(AccessLine line, Path file) {
        try {
            int number = 0;
            for (String text : Files.readAllLines(file)) {
                number++;
                String entry = text.split("[#;]", 2)[0].strip();
                if (!entry.isEmpty()) {
                    add(line, file + ":" + number, entry);
                }
            }
        } catch (IOException e) {
            faults.add(new AccessFault(line, file.toString(), "can't be read: " + e.getMessage()));
        }
    }

    private void add(AccessLine line, String origin, String entry) {
        Prefix.parse(entry).ifPresentOrElse(prefix -> {
            prefixes.add(prefix);
            origins.add(origin);
        }, () -> faults.add(new AccessFault(line, origin, entry + " (" + Prefix.expected(entry) + ")")));
    }

    AccessList.Reading finish(int allowed) {
        Map<Prefix, String> allows = new HashMap<>();
        for (int i = 0; i < allowed; i++) {
            allows.putIfAbsent(prefixes.get(i), origins.get(i));
        }
        for (int i = allowed; i < prefixes.size(); i++) {
            String allow = allows.get(prefixes.get(i));
            if (allow != null) {
                faults.add(new AccessFault(
                        new AccessLine(new AccessEntry(Optional.of(prefixes.get(i)), ""), origins.get(i)),
                        origins.get(i), prefixes.get(i) + " is allowed at " + allow));
            }
        }
        return faults.isEmpty()
                ? new AccessList.Reading(Optional.of(new AccessList(prefixes, origins, allowed)), List.of())
                : new AccessList.Reading(Optional.empty(), List.copyOf(faults));
    }
}
