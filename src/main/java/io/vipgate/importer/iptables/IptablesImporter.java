package io.vipgate.importer.iptables;

import io.vipgate.importer.common.ConfigDraft;
import io.vipgate.importer.common.DraftEndpoint;
import io.vipgate.importer.common.DraftPool;
import io.vipgate.importer.common.Fraction;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.InputText;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.ShareWeights;
import io.vipgate.importer.common.SyntaxException;
import io.vipgate.importer.iptables.IptablesRule.Option;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns DNAT rules with {@code -m statistic} into listeners and pools.
 *
 * <p>Rules that match the same address and port form a chain: each takes its probability of what those before it have left.
 * So {@code 0.33, 0.5, (none)} is one third each. The shares become whole weights, exactly where that is possible.
 *
 * <p>Confined to one import.
 */
public final class IptablesImporter {
    private static final int MAX_DEPTH = 16;
    private static final Set<String> SUPPORTED_MATCHES = Set.of("tcp", "conntrack", "state", "statistic", "multiport",
            "comment");
    private static final Set<String> NAT_CHAINS = Set.of("PREROUTING", "OUTPUT");

    private final Notes notes = new Notes();
    private final Map<HostPort, ShareChain> prerouting = new LinkedHashMap<>();
    private final Map<HostPort, ShareChain> output = new LinkedHashMap<>();
    private IptablesParser.Parsed parsed = new IptablesParser.Parsed(List.of(), Set.of());

    /** Rules seen so far: chains that jump to chains can expand few lines to very many. */
    private int followed;

    private IptablesImporter() {}

    /** Reads what {@code iptables-save} prints, or a script of {@code iptables} commands. */
    public static ImportResult convert(String text) {
        return new IptablesImporter().run(text);
    }

    private ImportResult run(String text) {
        try {
            InputText.requireReadableSize(text);
        } catch (SyntaxException e) {
            return ImportResult.failed(e.problem(), notes.inOrder());
        }
        parsed = IptablesParser.parse(text, notes);
        for (IptablesRule rule : parsed.rules()) {
            boolean isNat = rule.table().equals("nat");
            if (isNat && NAT_CHAINS.contains(rule.chain())) {
                follow(rule, List.of(), rule.chain().equals("OUTPUT") ? output : prerouting, 0);
            } else if (isNat && rule.chain().equals("POSTROUTING")) {
                note(rule, rule.target() + " is no longer needed: the gateway connects from its own address");
            } else if (!parsed.chains().contains(rule.table() + "/" + rule.chain()) || !isNat) {
                note(rule, "table " + rule.table() + ", chain " + rule.chain()
                        + ": not carried over, it stays with iptables");
            }
        }
        if (followed > ConfigDraft.MAX_SIZE) {
            return ImportResult.failed(
                    "the chains come to more than " + ConfigDraft.MAX_SIZE + " rules one after the other: split them",
                    notes.inOrder());
        }
        mergeOutput();
        ConfigDraft draft = new ConfigDraft(notes);
        prerouting.forEach((address, chain) -> draft.addListener(chain.firstLine(), address.name(),
                List.of(address), draft.addPool(pool(address, chain))));
        return draft
                .finish("DNAT kept the clients' addresses where replies were routed back; a proxy connects from its "
                        + "own, and the endpoints' logs show that one. Set proxyProtocol: v2 in the pools, and the endpoints to "
                        + "expect it, to carry the clients' addresses over", "no DNAT rule that could be carried over");
    }

    private void note(IptablesRule rule, String text) {
        notes.add(rule.line(), text);
    }

    // ---- rules ----

    private void follow(IptablesRule rule, List<Option> outer, Map<HostPort, ShareChain> chains, int depth) {
        followed++;
        if (followed > ConfigDraft.MAX_SIZE) {
            return;
        }
        List<Option> all = new ArrayList<>(outer);
        all.addAll(rule.options());
        IptablesRule whole = new IptablesRule(rule.line(), rule.table(), rule.chain(), all);
        String target = rule.target();
        if (target.equals("DNAT")) {
            destination(whole, chains);
        } else if (parsed.chains().contains(rule.table() + "/" + target)) {
            if (depth >= MAX_DEPTH || rule.option("--mode").isPresent()) {
                note(rule, "a jump by probability, or too many jumps: chain " + target + " is left out");
                return;
            }
            List<Option> matches = all.stream().filter(option -> !Set.of("-j", "--jump", "-g", "--goto")
                    .contains(option.name())).toList();
            parsed.rules().stream().filter(inner -> inner.table().equals("nat") && inner.chain().equals(target))
                    .forEach(inner -> follow(inner, matches, chains, depth + 1));
        } else {
            note(rule, "target " + (target.isEmpty() ? "(none)" : target) + " has no equivalent; the rule is left out");
        }
    }

    private void destination(IptablesRule rule, Map<HostPort, ShareChain> chains) {
        if (!isSupported(rule)) {
            return;
        }
        String host = rule.option("-d", "--dst", "--destination").map(Option::value).orElse("").replaceAll("/32$", "");
        if (host.contains("/")) {
            note(rule, "-d " + host + ": a listener has one address, not a network; the rule is left out");
            return;
        }
        String ports = rule.option("--dport", "--destination-port", "--dports", "--destination-ports")
                .map(Option::value)
                .orElse("");
        if (ports.isEmpty() || !ports.chars().allMatch(c -> c == ',' || Character.isDigit(c))) {
            note(rule, (ports.isEmpty() ? "no port" : "ports " + ports)
                    + ": a listener has single ports; the rule is left out");
            return;
        }
        rule.option("-i", "--in-interface").ifPresent(option -> note(rule, option
                + ": a listener is bound to an address, not an interface"
                + (host.isEmpty() ? "; write the public address into bind" : "")));
        Fraction share = share(rule);
        String to = rule.option("--to-destination").map(Option::value).orElse("");
        for (String text : ports.split(",", -1)) {
            OptionalInt port = HostPort.port(text);
            Optional<HostPort> address = port.isEmpty() ? Optional.empty() : listenAddress(host, port.getAsInt());
            Optional<HostPort> endpoint = HostPort.endpoint(to, port).filter(each -> each.literal().isPresent());
            if (share == null || endpoint.isEmpty()) {
                note(rule, "--to-destination " + to + ": one address and one port are expected; the rule is left out");
                return;
            }
            if (address.isEmpty()) {
                note(rule, "-d " + host + ", port " + text + ": nothing to listen on; the rule is left out");
                return;
            }
            boolean isRoundRobin = rule.option("--mode").map(Option::value).orElse("").equals("nth");
            try {
                chains.computeIfAbsent(address.get(), _ -> new ShareChain()).add(rule.line(), endpoint.get(), share,
                        isRoundRobin);
            } catch (ArithmeticException e) {
                note(rule, "the share is too small to be expressed after so many rules; the rule is left out");
            }
        }
    }

    private static Optional<HostPort> listenAddress(String host, int port) {
        return host.isEmpty() ? Optional.of(HostPort.any(port)) : HostPort.address(host, port);
    }

    /** Whether everything that the rule matches by can be carried over or left to vipgate; says what can't. */
    private boolean isSupported(IptablesRule rule) {
        boolean isSupported = true;
        for (Option option : rule.options()) {
            String problem = switch (option.name()) {
                case "-p", "--protocol", "--proto" ->
                    option.value().equals("tcp") && !option.isNegated() ? "" : "only TCP";
                case "-m", "--match" -> SUPPORTED_MATCHES.contains(option.value()) ? "" : "match not supported";
                case "-d", "--dst", "--destination", "--dport", "--destination-port", "--dports", "--destination-ports",
                        "--mode", "--probability", "--every", "--packet" ->
                    option.isNegated() ? "negated" : "";
                case "--ctstate", "--state" -> option.value().contains("NEW") && !option.isNegated() ? "" : "not NEW";
                case "-i", "--in-interface", "--comment", "-j", "--jump", "--to-destination", "--syn" -> "";
                case "--random", "--persistent" -> "";
                default -> "no equivalent";
            };
            if (!problem.isEmpty()) {
                note(rule, option + ": " + problem + "; the rule is left out");
                isSupported = false;
            }
        }
        if (rule.option("--persistent").isPresent()) {
            note(rule, "--persistent: set pinning: { by: source-address } in the pool");
        }
        return isSupported && rule.option("-p", "--protocol", "--proto").isPresent();
    }

    /** What the rule takes of the connections that reach it; null when it does not say so in a way that makes sense. */
    private @Nullable Fraction share(IptablesRule rule) {
        String mode = rule.option("--mode").map(Option::value).orElse("");
        try {
            Fraction ofRemaining = switch (mode) {
                case "" -> Fraction.ONE;
                case "random" -> Fraction
                        .nearest(Double.parseDouble(rule.option("--probability").map(Option::value).orElse("")));
                case "nth" -> Fraction.of(1, Long.parseLong(rule.option("--every").map(Option::value).orElse("")));
                default -> throw new NumberFormatException(mode);
            };
            boolean isShare = ofRemaining.numerator() >= 0 && ofRemaining.numerator() <= ofRemaining.denominator();
            return isShare ? ofRemaining : null;
        } catch (NumberFormatException | ArithmeticException e) {
            return null;
        }
    }

    // ---- configuration ----

    /** Listeners take the gateway's own connections too, so the rules of OUTPUT are no longer needed. */
    private void mergeOutput() {
        output.forEach((address, chain) -> {
            ShareChain counterpart = prerouting.get(address);
            if (counterpart == null) {
                counterpart = prerouting.entrySet().stream().filter(entry -> entry.getKey().port() == address.port()
                        && (entry.getKey().host().isEmpty() || address.host().isEmpty()))
                        .map(Map.Entry::getValue).findFirst().orElse(null);
            }
            int line = chain.firstLine();
            if (counterpart == null) {
                prerouting.put(address, chain);
            } else if (counterpart.endpoints()
                    .equals(chain.endpoints())) {
                notes.add(line, "chain OUTPUT is no longer needed: the listener takes the gateway's own "
                        + "connections too. Nor is a change to the local routing table");
            } else {
                notes.add(line,
                        "chain OUTPUT sends the gateway's own connections elsewhere; now they go where all others go");
            }
        });
    }

    private DraftPool pool(HostPort address, ShareChain chain) {
        Map<HostPort, Fraction> shares = new LinkedHashMap<>();
        for (ShareChain.Share share : chain.shares()) {
            if (share.ofAll().isZero()) {
                notes.add(share.line(), share.endpoint() + " is never reached: the rules before it take everything; "
                        + "it is left out");
            } else {
                shares.merge(share.endpoint(), share.ofAll(), Fraction::plus);
            }
        }
        if (!chain.remaining().isZero()) {
            notes.add(chain.shares().getLast().line(), String.format(Locale.ROOT,
                    "%.4g %% of the connections to %s matched no rule; now the endpoints share them too",
                    chain.remaining().value() * 100, address));
        }
        int line = chain.firstLine();
        int[] weights = ShareWeights.of(List.copyOf(shares.values()), line, notes);
        DraftPool pool = new DraftPool(line, address.name());
        pool.set("balance", chain.isRoundRobin() ? "round-robin" : "weighted-random");
        int i = 0;
        for (HostPort endpoint : shares.keySet()) {
            pool.add(new DraftEndpoint(line, "vip" + (i + 1), endpoint).withWeight(weights[i]));
            i++;
        }
        return pool;
    }

}
