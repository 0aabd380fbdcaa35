package io.vipgate.access;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.PatternSyntaxException;

/**
 * One entry of an access list as it is written: a network, one address, or files of them.
 *
 * <p>Immutable.
 *
 * @param prefix the network; empty for files
 * @param files the files' path, which may hold the wildcards {@code *}, {@code ?}, {@code [...]} and {@code {a,b}} in its last part; empty for
 *     a network
 */
public record AccessEntry(Optional<Prefix> prefix, String files) {
    private static final String FILE = "file:";

    /**
     * Reads {@code 192.0.2.0/24}, {@code 2001:db8::1} or {@code file:/etc/vipgate/deny/*.txt}.
     *
     * @throws IllegalArgumentException for anything else; its message is the rule, {@code expected: ...}
     */
    public static AccessEntry parse(String text) {
        if (!text.startsWith(FILE)) {
            return new AccessEntry(Optional.of(Prefix.require(text)), "");
        }
        String files = text.substring(FILE.length());
        int name = files.lastIndexOf('/') + 1;
        if (!files.startsWith("/") || name == files.length() || files.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "expected: file: and the whole path, such as file:/etc/vipgate/deny/*.txt");
        }
        if (hasWildcard(files.substring(0, name))) {
            throw new IllegalArgumentException("expected: wildcards in the last part of the path only");
        }
        try {
            FileSystems.getDefault().getPathMatcher("glob:" + files);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("expected: wildcards such as *.txt", e);
        }
        return new AccessEntry(Optional.empty(), files);
    }

    /** Whether the files' names have a wildcard, so that it is fine when there is none. */
    boolean isPattern() {
        return hasWildcard(files);
    }

    /** The directory in which there may be files, if it is not there. */
    public Optional<Path> missingDirectory() {
        return isPattern()
                ? Optional.of(Path.of(files).resolveSibling("")).filter(Files::notExists)
                : Optional.empty();
    }

    /**
     * The files, in the order of their names: the one that is named, there or not, or those that match now. Wildcards do not
     * match names that begin with a dot, as in a shell: editors leave such behind.
     *
     * @return none for a network, and for wildcards in a directory that is not there
     * @throws IOException if the directory can't be listed
     */
    public List<Path> present() throws IOException {
        if (!isPattern()) {
            return files.isEmpty() ? List.of() : List.of(Path.of(files));
        }
        Path path = Path.of(files);
        String pattern = String.valueOf(path.getFileName());
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> matching = Files.newDirectoryStream(path.resolveSibling(""), pattern)) {
            for (Path file : matching) {
                boolean isHidden = String.valueOf(file.getFileName()).startsWith(".") && !pattern.startsWith(".");
                if (!isHidden && !Files.isDirectory(file)) {
                    found.add(file);
                }
            }
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw new IOException(e);
        }
        Collections.sort(found);
        return List.copyOf(found);
    }

    private static boolean hasWildcard(String path) {
        return path.chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
    }

    /** As it is written. */
    @Override
    public String toString() {
        return prefix.map(Prefix::toString).orElse(FILE + files);
    }
}
