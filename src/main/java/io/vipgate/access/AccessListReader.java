package io.vipgate.access;

import io.vipgate.text.Sanitizer;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Reads access lists and their files, and goes on behind what is wrong.
 *
 * <p>Confined to one thread.
 */
final class AccessListReader {
    private final PrefixTable.Builder prefixes = new PrefixTable.Builder();
    private final PrefixParser parser = new PrefixParser();
    private final PrefixFile files = new PrefixFile();
    private final AccessOrigins origins = new AccessOrigins();
    private final AccessFaults faults = new AccessFaults();
    private boolean isFull;
    private long fingerprint;

    /** How many networks it has read. */
    int size() {
        return prefixes.size();
    }

    void read(List<AccessLine> lines) {
        for (AccessLine line : lines) {
            line.entry().prefix().ifPresentOrElse(prefix -> {
                origins.begin(size(), line, "");
                add(line, line.origin(), 0, prefix.high(), prefix.low(), prefix.length());
            }, () -> readFiles(line));
        }
    }

    private void readFiles(AccessLine line) {
        try {
            line.entry().present().forEach(file -> readFile(line, file));
        } catch (IOException e) {
            fault(line, String.valueOf(Path.of(line.entry().files()).getParent()), () -> reason(e));
        }
    }

    private void readFile(AccessLine line, Path file) {
        String name = Sanitizer.escape(file.toString(), 4096);
        try {
            if (Files.isDirectory(file)) {
                fault(line, name, () -> "is a directory (expected: a file, or file:" + name + "/*.txt)");
            } else if (Files.exists(file) && !Files.isRegularFile(file)) {
                fault(line, name, () -> "is no regular file (expected: a file)");
            } else if (Files.size(file) > PrefixFile.MAX_BYTES) {
                fault(line, name, () -> "larger than 256 MiB (expected: one network per line)");
            } else {
                origins.begin(size(), line, name);
                files.read(file, (number, text, length) -> onLine(line, name, number, text, length));
            }
        } catch (IOException e) {
            fault(line, name, () -> reason(e));
        }
    }

    private boolean onLine(AccessLine line, String file, int number, byte[] text, int length) {
        if (length <= PrefixFile.MAX_LINE && parser.read(text, 0, length) && parser.isAligned()) {
            add(line, file, number, parser.high(), parser.low(), parser.length());
        } else {
            fault(line, file + ":" + number, () -> wrong(text, length));
        }
        return !isFull;
    }

    private static String wrong(byte[] text, int length) {
        String written = new String(text, 0, Math.min(length, PrefixFile.MAX_LINE), StandardCharsets.UTF_8);
        return Sanitizer.value(written) + " (" + Prefix.expected(written) + ")";
    }

    private void add(AccessLine line, String file, int number, long high, long low, int length) {
        if (size() == AccessList.MAX_PREFIXES) {
            if (!isFull) {
                fault(line, number == 0 ? file : file + ":" + number,
                        () -> "too many networks (expected: at most 1,000,000 in both lists and all files)");
            }
            isFull = true;
            return;
        }
        origins.add(size(), number);
        prefixes.add(high, low, length);
        fingerprint = mixed(mixed(mixed(fingerprint, high), low), length);
    }

    private static long mixed(long hash, long value) {
        return Long.rotateLeft((hash ^ value) * 0x9e37_79b9_7f4a_7c15L, Integer.SIZE);
    }

    private static String reason(Exception e) {
        return switch (e) {
            case NoSuchFileException _ -> "no such file";
            case NotDirectoryException _ -> "is no directory";
            case AccessDeniedException _ -> "permission denied";
            case CharacterCodingException _ -> "is UTF-16 (expected: UTF-8)";
            default -> "cannot be read: " + Sanitizer.name(String.valueOf(e.getMessage()));
        };
    }

    private void fault(AccessLine line, String origin, Supplier<String> message) {
        faults.add(line, origin, message);
    }

    /**
     * The list, if nothing is wrong.
     *
     * @param allowed how many networks the list of those that may come in has; they were read first
     */
    AccessList.Reading finish(int allowed) {
        PrefixTable table = prefixes.build((network, first, second) -> {
            if (first < allowed && second >= allowed) {
                fault(origins.line(second), origins.of(second), () -> network
                        + " (expected: in one of both lists; allow has it at " + origins.of(first) + ")");
            }
        });
        origins.trim(size());
        return faults.isEmpty()
                ? new AccessList.Reading(Optional.of(new AccessList(table, origins, allowed, size(), fingerprint)),
                        List.of())
                : new AccessList.Reading(Optional.empty(), faults.all());
    }
}
