package io.vipgate.control;

import io.vipgate.access.Block;
import io.vipgate.access.Blocks;
import io.vipgate.pool.AdminState;
import io.vipgate.pool.EndpointState;
import io.vipgate.text.Sanitizer;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The text of a state file: a line for each endpoint that differs from the configuration, {@code POOL/ENDPOINT state=drain
 * weight=3 configured=1}, {@code standby since=TIME} where the gateway stands by, one for each listener that takes nobody, see
 * {@link ListenerText}, and one for each block, see {@link BlockText}. What this version does not know (lines, fields, comments) is kept as it is. Takes time and memory
 * linear in the length of the text, whatever stands in it.
 *
 * <p>Confined to its reader.
 */
final class StateText {
    private static final String HEADER = "# vipgate operator states, version 1: written at each change.";
    private static final String OLD_HEADER = "# Operator states and run-time weights, written by vipgate at each change.";
    private static final String STANDBY = "standby since=";
    private static final String VERSION = "version";
    private static final int PRESENT_VERSION = 1;
    /** Between the word and its number. */
    private static final int MAX_VERSION_GAP = 3;
    private static final int MAX_DIGITS = 9;
    private static final int MAX_PROBLEMS = 10;
    private static final int MAX_LINE = 1024;
    /** Of all that is no block; what is beyond may be anything. */
    static final int MAX_STATES = 4 << 20;
    /** More endpoints than a configuration has; what is beyond is kept as text. */
    private static final int MAX_ENTRIES = 50_000;
    private static final int MAX_LISTENERS = 10_000;

    private final Map<String, Map<String, KeptStates.Entry>> byPool = new LinkedHashMap<>();
    /** Entries that many endpoints have. */
    private final Map<KeptStates.Entry, KeptStates.Entry> shared = new HashMap<>();
    private final StringBuilder unread = new StringBuilder();
    private final List<String> problems = new ArrayList<>();
    private int problemCount;
    private int lineNumber;
    private int entries;
    private int statesLength;
    private final List<Block> blocks = new ArrayList<>();
    private Optional<Instant> standbySince = Optional.empty();
    private final Map<String, ListenerHold> listeners = new TreeMap<>();
    /** Until a line of data, or the header of this version: comments after those may speak of any version. */
    private boolean mayTellVersion = true;

    private StateText() {}

    /**
     * Reads a text.
     *
     * @throws IOException if it is of another version, too long, or no line of it can be read
     */
    static KeptStates parse(String text) throws IOException {
        StateText reader = new StateText();
        for (int start = 0; start < text.length();) {
            int newline = text.indexOf('\n', start);
            int end = newline < 0 ? text.length() : newline;
            reader.lineNumber++;
            reader.line(text.substring(start, end));
            start = end + 1;
        }
        if (reader.byPool.isEmpty() && reader.standbySince.isEmpty() && reader.listeners.isEmpty()
                && reader.blocks.isEmpty() && reader.problemCount > 0) {
            throw new IOException("not a state file: no line of it can be read; line " + reader.problems.getFirst());
        }
        return new KeptStates(reader.byPool, reader.standbySince, reader.listeners, reader.blocks,
                reader.unread.toString(),
                reader.problems,
                reader.problemCount);
    }

    private void line(String line) throws IOException {
        String stripped = line.strip();
        if (stripped.isEmpty()) {
            return;
        }
        boolean isComment = stripped.startsWith("#");
        boolean isHeader = stripped.equals(HEADER) || stripped.equals(OLD_HEADER);
        mayTellVersion &= isComment && !isHeader;
        if (BlockText.isMeant(stripped) && block(stripped)) {
            return;
        }
        statesLength += line.length() + 1;
        if (statesLength > MAX_STATES) {
            throw new IOException("larger than 4 MiB without its blocks");
        }
        if (isHeader) {
            return;
        }
        if (mayTellVersion) {
            checkVersion(stripped);
        }
        if (isStandby(stripped) || isListener(stripped)) {
            return;
        }
        if (isComment || !entry(stripped)) {
            unread.append(line).append('\n');
        }
    }

    /** Reads a block's line; false when it is kept as text. */
    private boolean block(String line) {
        Optional<Block> block = blocks.size() < Blocks.MAX_SIZE ? BlockText.parse(line) : Optional.empty();
        block.ifPresent(blocks::add);
        return block.isPresent();
    }

    /** Reads the line of a gateway that stands by; one that says no time is no such line. */
    private boolean isStandby(String line) {
        if (!line.startsWith(STANDBY)) {
            return false;
        }
        try {
            standbySince = Optional.of(Instant.parse(line.substring(STANDBY.length())));
            return true;
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    /** Reads the line of a listener that takes nobody; one that can't be read is no such line. */
    private boolean isListener(String line) {
        if (!ListenerText.isMeant(line) || line.length() > MAX_LINE || listeners.size() == MAX_LISTENERS) {
            return false;
        }
        Optional<Map.Entry<String, ListenerHold>> read = ListenerText.parse(line);
        read.ifPresent(each -> {
            if (listeners.putIfAbsent(each.getKey(), each.getValue()) != null) {
                problem("the listener stands twice; the first line holds", line);
            }
        });
        return read.isPresent();
    }

    private static void checkVersion(String comment) throws IOException {
        int word = comment.toLowerCase(Locale.ROOT).indexOf(VERSION);
        if (word < 0) {
            return;
        }
        int start = word + VERSION.length();
        int last = Math.min(comment.length(), start + MAX_VERSION_GAP);
        while (start < last && !isDigit(comment.charAt(start))) {
            start++;
        }
        int end = start;
        while (end < comment.length() && isDigit(comment.charAt(end))) {
            end++;
        }
        OptionalInt version = number(comment.substring(start, end));
        if (end > start && (version.isEmpty() || version.getAsInt() != PRESENT_VERSION)) {
            throw new IOException("of version " + Sanitizer.name(comment.substring(start, end)) + " (expected: version "
                    + PRESENT_VERSION + ")");
        }
    }

    /** Reads an endpoint's line; false when what it says of the endpoint's state is not clear. */
    private boolean entry(String line) {
        if (line.length() > MAX_LINE || entries == MAX_ENTRIES) {
            problem(entries == MAX_ENTRIES
                    ? "more than " + MAX_ENTRIES + " endpoints"
                    : "longer than " + MAX_LINE
                            + " characters",
                    line);
            return false;
        }
        StringTokenizer words = new StringTokenizer(line);
        String name = words.nextToken();
        int slash = name.indexOf('/');
        if (slash <= 0 || slash == name.length() - 1 || name.indexOf('/', slash + 1) >= 0) {
            problem("not a line of this file (expected: POOL/ENDPOINT state=... weight=... configured=..., standby since=..., listener NAME state=paused since=..., or block NETWORK "
                    + "since=... until=... why=...)", line);
            return false;
        }
        Map<String, String> fields = new LinkedHashMap<>();
        while (words.hasMoreTokens()) {
            String field = words.nextToken();
            int equals = field.indexOf('=');
            String key = equals < 0 ? field : field.substring(0, equals);
            if (fields.putIfAbsent(key, equals < 0 ? "" : field.substring(equals)) != null) {
                problem("a field stands twice", line);
                return false;
            }
        }
        AdminState state = state(fields.remove("state"));
        if (state == null) {
            problem("no state (expected: state=ready, state=drain or state=maint)", line);
            return false;
        }
        OperatorOverride override = new OperatorOverride(state, OptionalInt.empty(), 0);
        OptionalInt weight = value(fields.get("weight"));
        OptionalInt configured = value(fields.get("configured"));
        boolean hasBadWeight = false;
        if (weight.isPresent() && configured.isPresent()) {
            override = override.toWeight(Math.min(EndpointState.MAX_WEIGHT, weight.getAsInt()),
                    configured.getAsInt());
            fields.remove("weight");
            fields.remove("configured");
        } else {
            hasBadWeight = fields.containsKey("weight") || fields.containsKey("configured");
        }
        StringBuilder rest = new StringBuilder();
        fields.forEach((key, value) -> rest.append(' ').append(key).append(value));
        return add(name.substring(0, slash), name.substring(slash + 1), override, rest.toString(), hasBadWeight, line);
    }

    /** False when an earlier line says something else of the endpoint: that one holds. */
    private boolean add(String pool, String endpoint, OperatorOverride override, String rest, boolean hasBadWeight,
            String line) {
        KeptStates.Entry before = byPool.getOrDefault(pool, Map.of()).get(endpoint);
        if (before != null) {
            boolean isSame = before.override().equals(override) && before.rest().equals(rest);
            if (!isSame) {
                put(pool, endpoint, new KeptStates.Entry(before.override(), before.rest(), true));
                problem("the endpoint stands twice; the first line holds", line);
            }
            return isSame;
        }
        if (hasBadWeight) {
            problem("a weight that can't be read (expected: weight=0 to 256, and configured=); the state holds", line);
        }
        entries++;
        KeptStates.Entry entry = new KeptStates.Entry(override, rest, false);
        put(pool, endpoint, rest.isEmpty() ? shared.computeIfAbsent(entry, each -> each) : entry);
        return true;
    }

    /** Most pools that nobody knows have one endpoint: a map that takes more is made for the second one. */
    private void put(String pool, String endpoint, KeptStates.Entry entry) {
        Map<String, KeptStates.Entry> present = byPool.get(pool);
        if (present == null) {
            byPool.put(pool, Map.of(endpoint, entry));
        } else if (present instanceof LinkedHashMap<String, KeptStates.Entry> more) {
            more.put(endpoint, entry);
        } else {
            Map<String, KeptStates.Entry> more = new LinkedHashMap<>(present);
            more.put(endpoint, entry);
            byPool.put(pool, more);
        }
    }

    private void problem(String what, String line) {
        problemCount++;
        if (problems.size() < MAX_PROBLEMS) {
            problems.add(lineNumber + ": " + Sanitizer.value(line) + ": " + what);
        }
    }

    private static @Nullable AdminState state(@Nullable String value) {
        return switch (value) {
            case "=ready" -> AdminState.READY;
            case "=drain" -> AdminState.DRAIN;
            case "=maint" -> AdminState.MAINT;
            case null, default -> null;
        };
    }

    private static OptionalInt value(@Nullable String value) {
        return value == null || value.isEmpty() ? OptionalInt.empty() : number(value.substring(1));
    }

    private static OptionalInt number(String digits) {
        boolean isNumber = !digits.isEmpty() && digits.length() <= MAX_DIGITS
                && digits.chars().allMatch(each -> isDigit((char) each));
        return isNumber ? OptionalInt.of(Integer.parseInt(digits)) : OptionalInt.empty();
    }

    private static boolean isDigit(char each) {
        return each >= '0' && each <= '9';
    }

    /**
     * Writes the text for what holds now.
     *
     * @param standbySince when the gateway became the one that stands by
     * @param listeners those that take nobody, by name
     * @param overrides by pool and endpoint
     * @param told the pools that those tell all of; of the others, what the file said stays
     * @param kept what the file said when it was read
     */
    static void write(Appendable out, Optional<Instant> standbySince, Map<String, ListenerHold> listeners,
            Map<String, Map<String, OperatorOverride>> overrides, Set<String> told, KeptStates kept)
            throws IOException {
        out.append(HEADER).append('\n');
        if (standbySince.isPresent()) {
            out.append(STANDBY).append(standbySince.get().toString()).append('\n');
        }
        for (Map.Entry<String, ListenerHold> listener : listeners.entrySet()) {
            ListenerText.write(out, listener.getKey(), listener.getValue());
        }
        for (Map.Entry<String, Map<String, OperatorOverride>> pool : overrides.entrySet()) {
            for (Map.Entry<String, OperatorOverride> endpoint : pool.getValue().entrySet()) {
                write(out, pool.getKey(), endpoint.getKey(), endpoint.getValue(), kept);
            }
        }
        for (Map.Entry<String, Map<String, KeptStates.Entry>> pool : kept.byPool().entrySet()) {
            if (!told.contains(pool.getKey())) {
                for (Map.Entry<String, KeptStates.Entry> endpoint : pool.getValue().entrySet()) {
                    write(out, pool.getKey(), endpoint.getKey(), endpoint.getValue().override(), kept);
                }
            }
        }
        out.append(kept.unread());
    }

    private static void write(Appendable out, String pool, String endpoint, OperatorOverride override,
            KeptStates kept) throws IOException {
        out.append(pool).append('/').append(endpoint).append(" state=")
                .append(override.admin().name().toLowerCase(Locale.ROOT));
        String rest = kept.rest(pool, endpoint);
        if (override.weight().isPresent()) {
            out.append(" weight=").append(String.valueOf(override.weight().getAsInt())).append(" configured=")
                    .append(String.valueOf(override.fileWeight()));
            rest = withoutWeight(rest);
        }
        out.append(rest).append('\n');
    }

    private static String withoutWeight(String rest) {
        StringBuilder others = new StringBuilder();
        StringTokenizer words = new StringTokenizer(rest);
        while (words.hasMoreTokens()) {
            String field = words.nextToken();
            int equals = field.indexOf('=');
            String key = equals < 0 ? field : field.substring(0, equals);
            if (!key.equals("weight") && !key.equals("configured")) {
                others.append(' ').append(field);
            }
        }
        return others.toString();
    }
}
