package io.vipgate.control;

import io.vipgate.pool.AdminState;
import io.vipgate.pool.EndpointState;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what the operator has asked for over restarts, one line for each endpoint that differs from the configuration:
 * {@code POOL/ENDPOINT state=drain weight=3 configured=1}. Replaced as a whole, by a rename, so that it is never half
 * written. A line that can't be read is told and left out: the gateway starts all the same.
 *
 * <p>Stateless.
 */
final class StateFile {
    private static final Logger LOG = LoggerFactory.getLogger(StateFile.class);
    private static final String HEADER = "# Operator states and run-time weights, written by vipgate at each change.\n";
    private static final Pattern LINE = Pattern
            .compile("(\\S+?)/(\\S+) state=(ready|drain|maint)(?: weight=(\\d{1,3}) configured=(\\d{1,3}))?");
    private static final long MAX_BYTES = 4 << 20;

    private StateFile() {}

    /** What is kept, by pool and endpoint; nothing when there is no such file. */
    static Map<String, Map<String, OperatorOverride>> read(Path file) {
        Map<String, Map<String, OperatorOverride>> kept = new LinkedHashMap<>();
        try {
            if (Files.size(file) > MAX_BYTES) {
                LOG.warn("stateFile: {} is larger than 4 MiB, ignored", file);
                return kept;
            }
            int number = 0;
            for (String line : new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n", -1)) {
                number++;
                if (!line.isBlank() && !line.startsWith("#")) {
                    read(file, number, line, kept);
                }
            }
        } catch (NoSuchFileException e) {
            LOG.debug("no state is kept in {} so far", file);
        } catch (IOException e) {
            LOG.warn("stateFile: {} can't be read: {}", file, e.toString());
        }
        return kept;
    }

    private static void read(Path file, int number, String line, Map<String, Map<String, OperatorOverride>> kept) {
        Matcher matcher = LINE.matcher(line.strip());
        if (!matcher.matches()) {
            LOG.warn("{}:{}: not a line of this file (expected: POOL/ENDPOINT state=... weight=... configured=...)",
                    file,
                    number);
            return;
        }
        OptionalInt weight = matcher.group(4) == null
                ? OptionalInt.empty()
                : OptionalInt.of(Math.min(EndpointState.MAX_WEIGHT, Integer.parseInt(matcher.group(4))));
        int configured = matcher.group(5) == null ? 0 : Integer.parseInt(matcher.group(5));
        kept.computeIfAbsent(matcher.group(1), _ -> new LinkedHashMap<>()).put(matcher.group(2),
                new OperatorOverride(AdminState.valueOf(matcher.group(3).toUpperCase(Locale.ROOT)), weight,
                        configured));
    }

    /** Replaces the file. A failure is told, and the next change tries again. */
    static void write(Path file, Map<String, Map<String, OperatorOverride>> overrides) {
        StringBuilder text = new StringBuilder(HEADER);
        overrides.forEach((pool, endpoints) -> endpoints.forEach((endpoint, override) -> {
            if (!override.equals(OperatorOverride.NONE)) {
                text.append(pool).append('/').append(endpoint).append(" state=")
                        .append(override.admin().name().toLowerCase(Locale.ROOT));
                override.weight().ifPresent(weight -> text.append(" weight=").append(weight).append(" configured=")
                        .append(override.fileWeight()));
                text.append('\n');
            }
        }));
        Path absolute = file.toAbsolutePath();
        Path beside = absolute.resolveSibling(absolute.getFileName() + ".new");
        try {
            Files.writeString(beside, text);
            try (FileChannel written = FileChannel.open(beside, StandardOpenOption.WRITE)) {
                written.force(true);
            }
            Files.move(beside, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.error("stateFile: {} can't be written: {}; operator states would not survive a restart", file,
                    e.toString());
        }
    }
}
