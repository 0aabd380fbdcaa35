package io.vipgate.operations;

import io.vipgate.access.Block;
import io.vipgate.access.Blocks;
import io.vipgate.access.Prefix;
import io.vipgate.admin.BlockRequest;
import io.vipgate.admin.RequestException;
import io.vipgate.admin.model.BlockList;
import io.vipgate.admin.model.BlockedNetwork;
import io.vipgate.admin.model.GatewayStatus;
import io.vipgate.admin.model.LiftedBlocks;
import io.vipgate.control.BlockActions;
import io.vipgate.linux.ClientAddress;
import io.vipgate.text.IpText;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The blocks, who may be blocked, and their ends.
 *
 * <p>Thread-safe.
 */
public final class BlockReport {
    /** Of an IPv4 network's length, in its mapped form. */
    private static final int MAPPED_BITS = 96;
    private static final int SHORTEST_IPV4 = 8;
    private static final int SHORTEST_IPV6 = 32;
    /** Of the reason, in UTF-8: what a line of the state file holds. */
    private static final int MAX_WHY_BYTES = 128;
    private static final Pattern TERM = Pattern.compile("([1-9][0-9]{0,8})(s|m|h|d)");
    private static final long MAX_TERM_SECONDS = 3_650 * 86_400L;
    private static final List<InetAddress> LOOPBACK = List.of(InetAddress.ofLiteral("127.0.0.1"),
            InetAddress.ofLiteral("::1"));

    private final Blocks blocks;
    private final BlockActions actions;
    private final InstantSource clock;

    /**
     * Makes the report of one gateway.
     *
     * @param clock what the blocks end by
     */
    public BlockReport(Blocks blocks, BlockActions actions, InstantSource clock) {
        this.blocks = blocks;
        this.actions = actions;
        this.clock = clock;
    }

    GatewayStatus.BlockCount count() {
        OptionalLong next = blocks.nextEnd();
        return new GatewayStatus.BlockCount(blocks.size(),
                next.isPresent() ? Instant.ofEpochMilli(next.getAsLong()) : null);
    }

    BlockList list(String after, int most) throws RequestException {
        Optional<Prefix> last = after.isEmpty() ? Optional.empty() : Optional.of(network("parameter after", after));
        // One more than is shown tells whether there is another page.
        List<Block> found = blocks.list(last.orElse(null), most + 1);
        List<BlockList.Entry> page = found.stream().limit(most).map(BlockReport::entry).toList();
        return new BlockList(page, blocks.size(), found.size() > most ? page.getLast().network() : null);
    }

    BlockList.Entry one(String text) throws RequestException {
        Prefix network = network("network", text);
        Block block = blocks.get(network);
        if (block == null) {
            throw notBlocked(network);
        }
        return entry(block);
    }

    BlockedNetwork add(BlockRequest request) throws RequestException {
        Prefix network = network("network", request.network());
        checkWidth(network, request.isWide());
        checkCaller(network, request.caller());
        checkReason(request.why());
        long seconds = request.term().isPresent() ? seconds(request.term().get()) : 0;
        long until = seconds == 0 ? Block.UNTIL_LIFTED : clock.millis() + 1_000 * seconds;
        try {
            BlockActions.Added added = actions.add(network, until,
                    request.term().map(term -> "for " + term).orElse("until it is lifted"), request.why(),
                    request.keepsRelays(), request.by());
            return new BlockedNetwork(entry(added.block()), added.closed(), actions.survivesRestart());
        } catch (IllegalStateException e) {
            throw new RequestException(409, String.valueOf(e.getMessage()), List.of());
        }
    }

    LiftedBlocks lift(String text, String by) throws RequestException {
        Prefix network = network("network", text);
        if (actions.lift(network, by).isEmpty()) {
            throw notBlocked(network);
        }
        return new LiftedBlocks(1);
    }

    private RequestException notBlocked(Prefix network) {
        Block around = blocks.find(network.high(), network.low());
        return RequestException.notFound("no block of " + network
                + (around == null ? "" : "; its first address is blocked by " + around.network()));
    }

    private static Prefix network(String what, String text) throws RequestException {
        try {
            return Prefix.require(text);
        } catch (IllegalArgumentException e) {
            throw RequestException.bad(what + ": " + text + " (" + e.getMessage() + ")");
        }
    }

    private static void checkWidth(Prefix network, boolean isWide) throws RequestException {
        int shortest = network.isIpv4() ? SHORTEST_IPV4 : SHORTEST_IPV6;
        int length = network.isIpv4() ? network.length() - MAPPED_BITS : network.length();
        if (!isWide && length < shortest) {
            throw RequestException.bad("network: " + network + " (expected: /" + shortest
                    + " or longer; \"wide\": true, --wide on the command line, allows shorter ones)");
        }
    }

    /** An operator on the gateway's machine is at its loopback addresses. */
    private static void checkCaller(Prefix network, Optional<InetAddress> caller) throws RequestException {
        boolean isLocal = caller.isEmpty() || caller.get().isLoopbackAddress();
        Optional<InetAddress> own = Stream.concat(caller.stream(), isLocal ? LOOPBACK.stream() : Stream.empty())
                .filter(address -> contains(network, address)).findFirst();
        if (own.isPresent()) {
            throw RequestException.bad("network: " + network + " (expected: one without your own address, "
                    + IpText.of(own.get()) + ")");
        }
    }

    private static boolean contains(Prefix network, InetAddress address) {
        ClientAddress client = new ClientAddress();
        client.set(address, 0);
        return network.contains(client.high(), client.low());
    }

    private static void checkReason(String why) throws RequestException {
        if (why.codePoints().anyMatch(Character::isISOControl)
                || why.getBytes(StandardCharsets.UTF_8).length > MAX_WHY_BYTES) {
            throw RequestException.bad("body: why (expected: one line of at most " + MAX_WHY_BYTES
                    + " bytes, without control characters)");
        }
    }

    private static long seconds(String term) throws RequestException {
        Matcher matcher = TERM.matcher(term);
        long unit = matcher.matches() ? switch (matcher.group(2)) {
            case "s" -> 1;
            case "m" -> 60;
            case "h" -> 3_600;
            default -> 86_400;
        } : 0;
        long seconds = unit == 0 ? 0 : unit * Long.parseLong(matcher.group(1));
        if (seconds == 0 || seconds > MAX_TERM_SECONDS) {
            throw RequestException.bad("body: for: " + term + " (expected: 1s to 3650d, with the unit s, m, h or d; "
                    + "left out, the block lasts until it is lifted)");
        }
        return seconds;
    }

    private static BlockList.Entry entry(Block block) {
        return new BlockList.Entry(block.network().toString(), Instant.ofEpochMilli(block.sinceMillis()),
                block.expires() ? Instant.ofEpochMilli(block.untilMillis()) : null, block.why());
    }
}
