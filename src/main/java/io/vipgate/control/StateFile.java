package io.vipgate.control;

import io.vipgate.access.Blocks;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * The file that keeps the operator's states and blocks: read with a bound, replaced as a {@link PrivateFile}. A symbolic link
 * stays one: what it points to is replaced.
 *
 * <p>Stateless.
 */
final class StateFile {
    /** Gives each byte back as it was, whatever it is. */
    private static final Charset BYTES = StandardCharsets.ISO_8859_1;
    /** States, and the longest lines of as many blocks as there can be. */
    private static final int MAX_BYTES = StateText.MAX_STATES + Blocks.MAX_SIZE * BlockText.MAX_LINE;
    private static final int MAX_LINKS = 40;

    private StateFile() {}

    /**
     * What it says; empty when there is no such file.
     *
     * @throws IOException if it can't be read, or is no state file of this version; the message says why, for people
     */
    static Optional<KeptStates> read(Path file) throws IOException {
        try {
            // Before it is opened: a pipe would keep us waiting for a writer.
            if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
                throw new IOException("not a regular file");
            }
            return Optional.of(StateText.parse(text(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (FileSystemException e) {
            throw new IOException(reason(e), e);
        }
    }

    private static String text(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new IOException("larger than " + (MAX_BYTES >> 20) + " MiB");
            }
            return new String(bytes, BYTES);
        }
    }

    /** Writes a text, which is never in memory as a whole. */
    @FunctionalInterface
    interface Text {
        /** Writes all of it. */
        void writeTo(Appendable out) throws IOException;
    }

    /**
     * Replaces the file.
     *
     * @param states at most 4 MiB
     * @param blocks follows them
     * @throws IOException if that is not possible; the message says why, for people. The file is as it was then
     */
    static void write(Path file, Text states, Text blocks) throws IOException {
        try {
            PrivateFile.replace(target(file), channel -> {
                Writer out = new BufferedWriter(new OutputStreamWriter(Channels.newOutputStream(channel), BYTES));
                states.writeTo(out);
                out.flush();
                if (channel.position() > StateText.MAX_STATES) {
                    throw new IOException("it would be larger than 4 MiB without its blocks");
                }
                blocks.writeTo(out);
                out.flush();
            });
        } catch (FileSystemException e) {
            throw new IOException(reason(e), e);
        }
    }

    private static Path target(Path file) throws IOException {
        Path target = file.toAbsolutePath();
        for (int i = 0; i < MAX_LINKS && Files.isSymbolicLink(target); i++) {
            target = target.resolveSibling(Files.readSymbolicLink(target));
        }
        return target;
    }

    private static String reason(FileSystemException e) {
        return switch (e) {
            case AccessDeniedException _ -> "permission denied";
            case NoSuchFileException _ -> "no such directory: " + Path.of(e.getFile()).getParent();
            default -> e.getReason() == null ? e.toString() : String.valueOf(e.getReason());
        };
    }
}
