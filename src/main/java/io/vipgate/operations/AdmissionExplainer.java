package io.vipgate.operations;

import io.vipgate.access.AccessList;
import io.vipgate.access.Block;
import io.vipgate.access.Prefix;
import io.vipgate.access.SourceLimits;
import io.vipgate.access.SourceUse;
import io.vipgate.admin.model.Explanation.Verdict;
import io.vipgate.config.AcceptProxyConfig;
import io.vipgate.config.AccessConfig;
import io.vipgate.config.ListenerConfig;
import io.vipgate.config.PerSourceConfig;
import io.vipgate.control.ListenerAdmissions;
import io.vipgate.control.ListenerHold;
import io.vipgate.control.ListenerRegistry;
import io.vipgate.linux.ClientAddress;
import io.vipgate.relay.ListenerState;
import io.vipgate.text.IpText;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a listener would make of somebody who comes now, check by check, in the order in which they are made. Changes nothing.
 *
 * <p>Confined to one explanation.
 */
final class AdmissionExplainer {
    private static final String PASS = "pass";
    private static final String REFUSED = "refused";
    private static final String DRY_RUN = "dry_run";
    private static final String WAITS = "waits";

    private final ListenerRegistry.Present listener;
    private final ListenerConfig config;
    private final ListenerAdmissions admissions;
    private final Optional<ListenerHold> hold;
    private final List<Verdict> verdicts = new ArrayList<>();

    AdmissionExplainer(ListenerRegistry.Present listener, ListenerConfig config, ListenerAdmissions admissions,
            Optional<ListenerHold> hold) {
        this.hold = hold;
        this.listener = listener;
        this.config = config;
        this.admissions = admissions;
    }

    /**
     * The verdicts, up to the first that refuses.
     *
     * @param client who comes
     * @param peer who conveys the client in a PROXY header; empty for a client that comes by itself
     */
    List<Verdict> explain(InetAddress client, Optional<InetAddress> peer) {
        boolean isLetIn = state(peer.orElse(client), peer.isPresent() ? "peer" : "client")
                && peer.map(conveying -> peer(conveying) && places(conveying) && client("client", client))
                        .orElseGet(() -> itself(client) && places(client));
        assert isLetIn || verdicts.getLast().result().equals(REFUSED);
        return List.copyOf(verdicts);
    }

    private boolean state(InetAddress address, String who) {
        if (hold.isEmpty()) {
            return true;
        }
        String since = ", since " + hold.get().since();
        return hold.get().state() == ListenerState.PAUSED
                ? add(who, address, "state", WAITS, "an operator has paused the listener" + since
                        + ": nobody is accepted before it is ready")
                : add(who, address, "state", REFUSED, "an operator has the listener refuse everybody" + since);
    }

    /** The peer's part of a client that it conveys. */
    private boolean peer(InetAddress peer) {
        if (config.acceptProxy().isEmpty()) {
            return add("peer", peer, "acceptProxy", REFUSED,
                    "the listener accepts no PROXY header: what the peer sends is the payload of its own connection");
        }
        AcceptProxyConfig accept = config.acceptProxy().get();
        Optional<Prefix> from = accept.from().stream().filter(prefix -> holds(prefix, peer)).findFirst();
        if (from.isEmpty()) {
            return accept.others() == AcceptProxyConfig.OtherPeers.REJECT
                    ? add("peer", peer, "acceptProxy", REFUSED,
                            "it is not in acceptProxy.from, and others are rejected")
                    : add("peer", peer, "acceptProxy", REFUSED,
                            "it is not in acceptProxy.from: its header would be payload, and the peer the client");
        }
        return blocks("peer", peer) && access("peer", peer, true)
                && add("peer", peer, "acceptProxy", PASS, "it must send a PROXY header, by " + from.get());
    }

    /** A client that comes by itself. */
    private boolean itself(InetAddress client) {
        Optional<AcceptProxyConfig> accept = config.acceptProxy();
        boolean isSender = accept.filter(each -> each.from().stream().anyMatch(prefix -> holds(prefix, client)))
                .isPresent();
        if (isSender) {
            return blocks("client", client) && access("client", client, true)
                    && add("client", client, "acceptProxy", PASS,
                            "it must send a PROXY header; this is its own connection then, as LOCAL or UNKNOWN");
        }
        return blocks("client", client) && access("client", client, false)
                && (accept.isEmpty() || direct(client, accept.get())) && perSource("client", client);
    }

    private boolean direct(InetAddress client, AcceptProxyConfig accept) {
        boolean isRejected = accept.others() == AcceptProxyConfig.OtherPeers.REJECT;
        return add("client", client, "acceptProxy", isRejected ? REFUSED : PASS,
                "it is not in acceptProxy.from" + (isRejected ? ", and others are rejected" : ": no header"));
    }

    private boolean client(String who, InetAddress client) {
        return blocks(who, client) && access(who, client, false) && perSource(who, client);
    }

    private boolean blocks(String who, InetAddress address) {
        ClientAddress at = of(address);
        Block block = admissions.blocks().find(at.high(), at.low());
        if (block == null) {
            return admissions.blocks().isEmpty() || add(who, address, "blocks", PASS, "no block holds it");
        }
        String until = block.expires() ? "until " + Instant.ofEpochMilli(block.untilMillis()) : "until it is lifted";
        return add(who, address, "blocks", REFUSED, block.network() + " is blocked " + until
                + (block.why().isEmpty() ? "" : ": " + block.why()));
    }

    private boolean access(String who, InetAddress address, boolean isSender) {
        Optional<AccessList> list = admissions.list(listener.name());
        if (list.isEmpty()) {
            return true;
        }
        ClientAddress at = of(address);
        AccessList.Decision decision = list.get().decide(at.high(), at.low());
        boolean isRefused = isSender ? decision.isListed() && !decision.isAllowed() : !decision.isAllowed();
        String why = decision.isListed()
                ? decision.entry() + " of " + decision.origin() + " decides"
                : isSender
                        ? "no entry denies it; the list is about the clients that it conveys"
                        : decision.isAllowed()
                                ? "no entry holds it, and nobody else is named"
                                : "no entry holds it, and only others may come in";
        return add(who, address, "access", verdict(isRefused, config.access().map(AccessConfig::dryRun)), why);
    }

    private boolean perSource(String who, InetAddress address) {
        Optional<SourceLimits> limits = admissions.limits(listener.name());
        if (limits.isEmpty()) {
            return true;
        }
        ClientAddress at = of(address);
        if (limits.get().isExempt(at.high(), at.low())) {
            return add(who, address, "perSource", PASS, "it is exempt");
        }
        boolean isLetIn = true;
        for (SourceUse use : limits.get().uses(at.high(), at.low(), System.nanoTime())) {
            boolean isFull = use.maxConnections() > 0 && use.open() >= use.maxConnections();
            boolean isEmpty = use.burst() > 0 && use.tokens() < 1;
            isLetIn &= add(who, address, "perSource",
                    verdict(isFull || isEmpty, config.perSource().map(PerSourceConfig::dryRun)), text(use));
        }
        return isLetIn;
    }

    private static String text(SourceUse use) {
        List<String> parts = new ArrayList<>();
        if (use.maxConnections() > 0) {
            parts.add(use.open() + " of " + use.maxConnections() + " connections open");
        }
        if (use.burst() > 0) {
            parts.add(String.format(Locale.ROOT, "%d of %d new connections left", (long) use.tokens(), use.burst()));
        }
        return (use.isAround() ? "around it, " : "") + use.source() + " has " + String.join(", ", parts);
    }

    private boolean places(InetAddress address) {
        return !listener.limit().isReached() || add("client", address, "maxConnections", REFUSED,
                "the listener is at its maximum of " + listener.limit().most() + " connections");
    }

    private static String verdict(boolean isRefused, Optional<Boolean> isDryRun) {
        return !isRefused ? PASS : isDryRun.orElse(false) ? DRY_RUN : REFUSED;
    }

    private boolean add(String who, InetAddress address, String check, String result, String why) {
        verdicts.add(new Verdict(who, IpText.of(address), check, result, why));
        return !result.equals(REFUSED);
    }

    private static boolean holds(Prefix prefix, InetAddress address) {
        ClientAddress at = of(address);
        return prefix.contains(at.high(), at.low());
    }

    private static ClientAddress of(InetAddress address) {
        ClientAddress at = new ClientAddress();
        at.set(address, 0);
        return at;
    }
}
