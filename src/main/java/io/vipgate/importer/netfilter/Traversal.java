package io.vipgate.importer.netfilter;

import io.vipgate.importer.netfilter.Budget.ExhaustedException;
import io.vipgate.importer.netfilter.Program.Base;
import io.vipgate.importer.netfilter.Program.Hook;
import io.vipgate.importer.netfilter.Unknowns.Unknown;
import java.math.BigInteger;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One connection's first packet on its way through the rules: all its ways at once, each with its share.
 *
 * <p>Confined to one thread.
 */
final class Traversal {
    private static final int MAX_DEPTH = 64;
    private static final int MAX_STATES = 512;

    private final Program program;
    private final RuleUse use;
    private final Set<Rule> inert;
    private final ClientClasses classes;
    private final Unknowns unknowns;
    private final Budget budget;
    private final Packet packet;
    private final Map<Entry, Through> known = new HashMap<>();
    private final Set<Chain> within = new HashSet<>();
    private Map<End, ExactShare> ends = new LinkedHashMap<>();
    private final Set<NumberSource.Kind> drawn = EnumSet.noneOf(NumberSource.Kind.class);
    private final Set<Integer> lines = new LinkedHashSet<>();
    private Map<PacketState, ExactShare> accepted = Map.of();
    private boolean isInNat;
    private boolean areTurnsByChance;

    /**
     * Where a packet goes.
     *
     * @param isAny whether the address stands for all that no rule names
     */
    record Packet(Hook hook, BigInteger destination, int port, boolean isAny) {}

    /** Where one of the ways ends, and how the counters stand then. */
    record End(Outcome outcome, Map<String, Integer> turns) {}

    /** A packet gets into a chain. */
    private record Entry(Chain chain, boolean isInNat, PacketState state) {}

    /** What becomes of all that gets into a chain in one state: parts of the whole. */
    private record Through(Map<PacketState, ExactShare> back, Map<PacketState, ExactShare> accepted,
            Map<End, ExactShare> ends) {
        int size() {
            return back.size() + accepted.size() + ends.size();
        }
    }

    Traversal(Program program, Packet packet, RuleUse use, Set<Rule> inert, ClientClasses classes, Unknowns unknowns,
            Budget budget) {
        this.program = program;
        this.packet = packet;
        this.use = use;
        this.inert = inert;
        this.classes = classes;
        this.unknowns = unknowns;
        this.budget = budget;
    }

    /** All ways of a packet that finds the counters like this. */
    Map<End, ExactShare> run(Map<String, Integer> turns) throws ExhaustedException {
        Map<PacketState, ExactShare> flow = Map.of(PacketState.with(turns), ExactShare.ALL);
        ends = new LinkedHashMap<>();
        for (Base base : program.basesAt(packet.hook())) {
            Chain chain = program.chain(base.chain());
            if (chain == null || flow.isEmpty()) {
                continue;
            }
            accepted = new LinkedHashMap<>();
            isInNat = base.isNat();
            Map<PacketState, ExactShare> behind = follow(chain, flow, 0);
            if (chain.policy() instanceof Action.Drop drop) {
                end(behind, new Outcome.Dropped(0, drop.text()));
            } else {
                addAll(accepted, behind);
            }
            flow = accepted;
        }
        end(flow, new Outcome.Stays());
        return new LinkedHashMap<>(ends);
    }

    /** From now on takes every counter's next number for unknown. */
    void takeTurnsByChance() {
        areTurnsByChance = true;
        known.clear();
    }

    /** How numbers were drawn that changed the way. */
    Set<NumberSource.Kind> drawn() {
        return drawn;
    }

    /** Of the rules that sent it somewhere. */
    Set<Integer> lines() {
        return lines;
    }

    /** Leads a flow through a chain that a rule jumps to; what the chain does with a state is found once. */
    private Map<PacketState, ExactShare> jump(Rule rule, Chain chain, Map<PacketState, ExactShare> flow, int depth)
            throws ExhaustedException {
        Map<PacketState, ExactShare> back = new LinkedHashMap<>();
        for (Map.Entry<PacketState, ExactShare> each : flow.entrySet()) {
            Entry entry = new Entry(chain, isInNat, each.getKey());
            Through through = known.get(entry);
            if (through == null) {
                through = through(entry, depth);
                known.put(entry, through);
            }
            budget.use(rule, 1 + through.size());
            addParts(back, through.back, each.getValue());
            addParts(accepted, through.accepted, each.getValue());
            addParts(ends, through.ends, each.getValue());
        }
        return back;
    }

    private Through through(Entry entry, int depth) throws ExhaustedException {
        Map<PacketState, ExactShare> outerAccepted = accepted;
        Map<End, ExactShare> outerEnds = ends;
        accepted = new LinkedHashMap<>();
        ends = new LinkedHashMap<>();
        within.add(entry.chain);
        Through through = new Through(follow(entry.chain, Map.of(entry.state, ExactShare.ALL), depth), accepted, ends);
        within.remove(entry.chain);
        accepted = outerAccepted;
        ends = outerEnds;
        return through;
    }

    private static <T> void addParts(Map<T, ExactShare> to, Map<T, ExactShare> parts, ExactShare whole) {
        parts.forEach((each, part) -> to.merge(each, part.times(whole), ExactShare::plus));
    }

    /** Leads a flow through a chain; returns what comes back to the caller. */
    private Map<PacketState, ExactShare> follow(Chain chain, Map<PacketState, ExactShare> flow, int depth)
            throws ExhaustedException {
        Map<PacketState, ExactShare> back = new LinkedHashMap<>();
        Map<PacketState, ExactShare> rest = flow;
        List<Rule> rules = chain.rulesAbout(packet.destination());
        for (Rule rule : rules) {
            if (rest.isEmpty()) {
                break;
            }
            if (inert.contains(rule)) {
                continue;
            }
            budget.use(rule, rest.size());
            Map<PacketState, ExactShare> missed = new LinkedHashMap<>();
            Map<PacketState, ExactShare> met = askAll(rule.matches(), rule, rest, missed);
            if (!met.isEmpty()) {
                use.matched(rule);
                act(rule, rule.action(), met, missed, back, depth);
            }
            rest = missed;
            if (rest.size() > MAX_STATES) {
                throw new ExhaustedException(rule, "packets with more than " + MAX_STATES
                        + " different marks, turns and numbers come past this rule");
            }
        }
        addAll(back, rest);
        return back;
    }

    private static void addAll(Map<PacketState, ExactShare> to, Map<PacketState, ExactShare> flow) {
        flow.forEach((state, share) -> to.merge(state, share, ExactShare::plus));
    }

    private void end(Map<PacketState, ExactShare> flow, Outcome outcome) {
        flow.forEach((state, share) -> ends.merge(new End(outcome, state.turns()), share, ExactShare::plus));
    }

    // ---- matches ----

    private Map<PacketState, ExactShare> askAll(List<Match> matches, Rule rule, Map<PacketState, ExactShare> flow,
            Map<PacketState, ExactShare> missed) {
        Map<PacketState, ExactShare> met = flow;
        for (Match match : matches) {
            met = ask(match, rule, met, missed);
            if (met.isEmpty()) {
                break;
            }
        }
        return met;
    }

    /** What meets the match; the rest is added to what missed. */
    private Map<PacketState, ExactShare> ask(Match match, Rule rule, Map<PacketState, ExactShare> flow,
            Map<PacketState, ExactShare> missed) {
        return switch (match) {
            case Match.Destination to -> all(to.addresses().contains(packet.destination()), flow, missed);
            case Match.DestinationPort to ->
                all(to.ports().contains(BigInteger.valueOf(packet.port())), flow, missed);
            case Match.ToOthers _ -> all(false, flow, missed);
            case Match.Always always -> all(always.isMet(), flow, missed);
            case Match.Source from -> all(classes.isFrom(from, unknowns), flow, missed);
            case Match.NetworkInterface networkInterface -> all(isBy(networkInterface), flow, missed);
            case Match.Undecided undecided ->
                all(unknowns.valueOf(new Unknown(undecided.text(), 2, false)) == 1, flow, missed);
            case Match.AboveLimit limit ->
                all((unknowns.valueOf(new Unknown(limit.key(), 2, false)) == 1) != limit.isNegated(), flow, missed);
            case Match.Mark mark -> {
                use.askedForMark(rule);
                yield split(flow, missed, state -> mark.isMetBy(state.mark(mark.isOfConnection())));
            }
            case Match.AnyOf anyOf -> {
                Map<PacketState, ExactShare> met = new LinkedHashMap<>();
                Map<PacketState, ExactShare> rest = flow;
                for (List<Match> alternative : anyOf.alternatives()) {
                    Map<PacketState, ExactShare> others = new LinkedHashMap<>();
                    addAll(met, askAll(alternative, rule, rest, others));
                    rest = others;
                }
                addAll(missed, rest);
                yield met;
            }
            case Match.Chance chance -> byChance(ExactShare.of(chance.probability()), rule, flow, missed);
            case Match.Drawn number -> {
                use.asked(rule);
                Map<PacketState, ExactShare> met = new LinkedHashMap<>();
                draw(number.source(), flow).forEach((each, states) -> addAll(number.isMetBy(each) ? met : missed,
                        states));
                yield met;
            }
        };
    }

    private static Map<PacketState, ExactShare> all(boolean isMet, Map<PacketState, ExactShare> flow,
            Map<PacketState, ExactShare> missed) {
        if (!isMet) {
            addAll(missed, flow);
        }
        return isMet ? flow : Map.of();
    }

    private static Map<PacketState, ExactShare> split(Map<PacketState, ExactShare> flow,
            Map<PacketState, ExactShare> missed, java.util.function.Predicate<PacketState> isMet) {
        Map<PacketState, ExactShare> met = new LinkedHashMap<>();
        flow.forEach((state, share) -> (isMet.test(state) ? met : missed).merge(state, share, ExactShare::plus));
        return met;
    }

    private boolean isBy(Match.NetworkInterface match) {
        return classes.isKnown(match, packet.hook()) ? classes.isBy(match, unknowns) : match.isNegated();
    }

    private Map<PacketState, ExactShare> byChance(ExactShare probability, Rule rule, Map<PacketState, ExactShare> flow,
            Map<PacketState, ExactShare> missed) {
        use.asked(rule);
        if (!probability.isNone() && !probability.isAll()) {
            drawn.add(NumberSource.Kind.CHANCE);
        }
        Map<PacketState, ExactShare> met = new LinkedHashMap<>();
        flow.forEach((state, share) -> {
            if (!probability.isNone()) {
                met.merge(state, share.times(probability), ExactShare::plus);
            }
            if (!probability.isAll()) {
                missed.merge(state, share.times(probability.rest()), ExactShare::plus);
            }
        });
        return met;
    }

    /** The flow by the number that is drawn. */
    private Map<Integer, Map<PacketState, ExactShare>> draw(NumberSource source, Map<PacketState, ExactShare> flow) {
        if (source.modulus() > 1) {
            drawn.add(source.kind());
        }
        Map<Integer, Map<PacketState, ExactShare>> drawnFlows = new HashMap<>();
        flow.forEach((state, share) -> {
            Integer known = source.kind() == NumberSource.Kind.CLIENT ? state.hashes().get(source.key()) : null;
            if (source.kind() == NumberSource.Kind.TURNS && !areTurnsByChance) {
                int number = state.turns().getOrDefault(source.key(), 0);
                put(drawnFlows, number, state.afterTurn(source), share);
            } else if (known != null) {
                put(drawnFlows, known, state, share);
            } else {
                ExactShare part = share.times(ExactShare.of(1, source.modulus()));
                for (int number = 0; number < source.modulus(); number++) {
                    put(drawnFlows, number, source.kind() == NumberSource.Kind.CLIENT
                            ? state.withHash(source.key(), number)
                            : state, part);
                }
            }
        });
        return drawnFlows;
    }

    private static void put(Map<Integer, Map<PacketState, ExactShare>> flows, int number, PacketState state,
            ExactShare share) {
        flows.computeIfAbsent(number, _ -> new LinkedHashMap<>()).merge(state, share, ExactShare::plus);
    }

    // ---- actions ----

    private void act(Rule rule, Action action, Map<PacketState, ExactShare> met,
            Map<PacketState, ExactShare> behind, Map<PacketState, ExactShare> back, int depth)
            throws ExhaustedException {
        switch (action) {
            case Action.Nothing _,Action.Copy _ -> addAll(behind, met);
            case Action.Return _ -> addAll(back, met);
            case Action.Accept _ -> addAll(accepted, met);
            case Action.NoTrack _ -> end(met, new Outcome.Stays());
            case Action.Drop drop -> {
                if (isInNat) {
                    end(met, new Outcome.Dropped(rule.line(), drop.text()));
                }
            }
            case Action.Unsupported unsupported -> end(met, new Outcome.Lost(rule.line(), unsupported.text()));
            case Action.Translate translate -> translate(rule, translate.translation(), met);
            case Action.ChangeMark change -> met.forEach((state, share) -> behind.merge(state.withMark(
                    change.isOfConnection(),
                    (state.mark(change.isOfConnection()) & change.keep()) ^ change.flip()), share, ExactShare::plus));
            case Action.CopyMark copy -> met.forEach((state, share) -> behind.merge(state.withMark(
                    copy.isToConnection(), (state.mark(copy.isToConnection()) & ~copy.toMask())
                            ^ (state.mark(!copy.isToConnection()) & copy.fromMask())),
                    share, ExactShare::plus));
            case Action.Jump jump -> {
                Chain target = program.chain(jump.chain());
                if (target == null || depth >= MAX_DEPTH || within.contains(target)) {
                    end(met, new Outcome.Lost(rule.line(), rule.text() + ": "
                            + (target == null
                                    ? "there is no chain of that name, and no target that is known here"
                                    : "too many jumps, one into the other")));
                } else {
                    addAll(jump.isGoto() ? back : behind, jump(rule, target, met, depth + 1));
                }
            }
            case Action.LookUp lookUp -> {
                Map<PacketState, ExactShare> rest = met;
                for (Action.Entry entry : lookUp.entries()) {
                    budget.use(rule, met.size());
                    Map<PacketState, ExactShare> others = new LinkedHashMap<>();
                    Map<PacketState, ExactShare> found = askAll(entry.key(), rule, rest, others);
                    if (!found.isEmpty()) {
                        act(rule, entry.action(), found, behind, back, depth);
                    }
                    rest = others;
                }
                addAll(behind, rest);
            }
            case Action.Sequence sequence -> {
                Map<PacketState, ExactShare> at = met;
                for (Action each : sequence.actions()) {
                    Map<PacketState, ExactShare> next = new LinkedHashMap<>();
                    act(rule, each, at, next, back, depth);
                    at = next;
                }
                addAll(behind, at);
            }
            case Action.Draw drawAction -> {
                for (Map.Entry<Integer, Map<PacketState, ExactShare>> each : draw(drawAction.source(), met)
                        .entrySet()) {
                    budget.use(rule, met.size());
                    Action chosen = drawAction.options().stream()
                            .filter(option -> option.numbers().contains(BigInteger.valueOf(each.getKey())))
                            .map(Action.Option::action).findFirst().orElse(new Action.Nothing());
                    act(rule, chosen, each.getValue(), behind, back, depth);
                }
            }
        }
    }

    private void translate(Rule rule, Translation translation, Map<PacketState, ExactShare> met)
            throws ExhaustedException {
        lines.add(rule.line());
        if (translation.isTooWide()) {
            end(met, new Outcome.Lost(rule.line(), rule.text() + ": more than 256 targets"));
            return;
        }
        if (translation.isAddressRange()) {
            drawn.add(NumberSource.Kind.CLIENT);
        }
        if (translation.isRandom() && translation.isPortRange()) {
            drawn.add(NumberSource.Kind.CHANCE);
        }
        use.translated(rule);
        Map<Outcome, ExactShare> outcomes = translation.outcomes(program.family(), packet.destination(), packet.port(),
                packet.isAny());
        budget.use(rule, (long) outcomes.size() * met.size());
        outcomes.forEach((outcome, part) -> met.forEach((state, share) -> ends.merge(new End(outcome, state.turns()),
                share.times(part), ExactShare::plus)));
    }
}
