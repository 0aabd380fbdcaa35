package io.vipgate.control;

import io.vipgate.access.Block;
import io.vipgate.access.Prefix;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A block's line in the state file: {@code block 198.51.100.0/24 since=1795766400 until=1795770000 why=sshd}. Times are seconds
 * of Unix time; without {@code until} it lasts until it is lifted. The reason is the rest of the line, in UTF-8, whose bytes
 * stand for characters of ISO 8859-1 here.
 *
 * <p>Stateless.
 */
final class BlockText {
    /** A block's line is no longer, its end included. */
    static final int MAX_LINE = 256;

    private static final String WORD = "block ";
    private static final long MILLIS = 1_000;
    private static final Pattern LINE = Pattern
            .compile("block (\\S{1,50}) since=(\\d{1,11})(?: until=(\\d{1,11}))?(?: why=(.{1,128}))?");

    private BlockText() {}

    /** Whether a line is meant to be a block's. */
    static boolean isMeant(String line) {
        return line.startsWith(WORD);
    }

    /** Reads a line; empty when it is none of a block. */
    static Optional<Block> parse(String line) {
        Matcher matcher = LINE.matcher(line);
        if (line.length() >= MAX_LINE || !matcher.matches()) {
            return Optional.empty();
        }
        String why = matcher.group(4) == null
                ? ""
                : new String(matcher.group(4).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        return Prefix.parse(matcher.group(1)).map(network -> new Block(network, millis(matcher.group(2)),
                matcher.group(3) == null ? Block.UNTIL_LIFTED : millis(matcher.group(3)), why));
    }

    private static long millis(String seconds) {
        return Long.parseLong(seconds) * MILLIS;
    }

    static void write(Appendable out, Block block) throws IOException {
        out.append(WORD).append(block.network().toString()).append(" since=")
                .append(String.valueOf(block.sinceMillis() / MILLIS));
        if (block.expires()) {
            out.append(" until=").append(String.valueOf(Math.ceilDiv(block.untilMillis(), MILLIS)));
        }
        if (!block.why().isEmpty()) {
            out.append(" why=").append(
                    new String(block.why().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
        }
        out.append('\n');
    }
}
