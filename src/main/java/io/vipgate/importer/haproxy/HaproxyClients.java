package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.AddressFamily;
import io.vipgate.importer.common.ClientSet;
import io.vipgate.importer.common.Statement;
import io.vipgate.importer.haproxy.HaproxyFacts.HaproxyFact;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * For which clients of an address and port conditions hold: by {@code src}, with files, and by counters of those that a rule before
 * tracks; manual of HAProxy, sections 7.3.3 and 7.3.4.
 *
 * <p>Confined to one listener.
 */
final class HaproxyClients implements HaproxyLogic<HaproxyWhere> {
    private static final Pattern COUNTER = Pattern
            .compile("(src|sc([0-9]{1,2})|sc)_(conn_cur|conn_rate|sess_rate)(?:\\(([^)]*)\\))?");
    private static final Pattern OPEN_RANGE = Pattern.compile("([0-9]{1,9}):");
    private static final Pattern PATH = Pattern.compile("/[A-Za-z0-9/._+-]+");
    private static final Tracked NOT_TOLD = new Tracked(HaproxyWhere.UNKNOWN, "",
            new HaproxySourceKey(Optional.empty(), Optional.empty(), false));
    private static final ClientSet IPV4 = ClientSet.of(AddressFamily.IPV4, ClientSet.ALL.ipv4());

    private final HaproxyDestination destination;
    private final HaproxyFacts facts;
    private final HaproxyTables tables;
    private final HaproxySection section;
    private final Map<String, Tracked> tracked = new HashMap<>();
    private Set<String> networks = new LinkedHashSet<>();
    private boolean isBehindHeader;

    /** Clients that a rule counts, in the table of a section. */
    private record Tracked(HaproxyWhere clients, String table, HaproxySourceKey key) {}

    HaproxyClients(HaproxyDestination destination, HaproxyFacts facts, HaproxyTables tables, HaproxySection section) {
        this.destination = destination;
        this.facts = facts;
        this.tables = tables;
        this.section = section;
    }

    /** The same, of clients of which more is known. */
    HaproxyClients seeing(Function<List<String>, HaproxyDestination.Verdict> more) {
        HaproxyClients seeing = new HaproxyClients(new HaproxyDestination(destination.bind(), more), facts, tables,
                section);
        seeing.tracked.putAll(tracked);
        seeing.networks = networks;
        seeing.isBehindHeader = isBehindHeader;
        return seeing;
    }

    /** The networks that {@code src} was compared with. */
    List<String> networks() {
        return List.copyOf(networks);
    }

    /** From here on {@code src} is whom a header names: what the rules before have counted are the balancers. */
    void passHeader() {
        tracked.replaceAll((_, _) -> NOT_TOLD);
        isBehindHeader = true;
    }

    /** From here on clients are counted. */
    void track(Statement rule, HaproxyWhere clients) {
        Optional<HaproxySourceKey> key = HaproxySourceKey.of(rule.word(3)).filter(HaproxySourceKey::isPrefix);
        String number = rule.word(2).substring("track-sc".length());
        // A counter tracks one entry: a later rule changes nothing where one before has matched.
        if (key.isPresent() && !tracked.containsKey(number)) {
            tracked.put(number, new Tracked(clients, HaproxyTables.tableOf(rule, section), key.get()));
        } else {
            tracked.put(number, NOT_TOLD);
        }
    }

    @Override
    public HaproxyWhere always(boolean holds) {
        return holds ? HaproxyWhere.EVERYWHERE : HaproxyWhere.NOWHERE;
    }

    @Override
    public HaproxyWhere unknown() {
        return HaproxyWhere.UNKNOWN;
    }

    @Override
    public HaproxyWhere not(HaproxyWhere condition) {
        return condition.not();
    }

    @Override
    public HaproxyWhere and(HaproxyWhere one, HaproxyWhere other) {
        return one.and(other);
    }

    @Override
    public HaproxyWhere or(HaproxyWhere one, HaproxyWhere other) {
        return one.or(other);
    }

    @Override
    public HaproxyWhere criterion(List<String> words) {
        String name = words.isEmpty() ? "" : words.getFirst();
        Matcher counter = COUNTER.matcher(name);
        if (name.equals("src")) {
            return source(words);
        }
        if (counter.matches()) {
            return counter(counter, HaproxyAcls.values(words));
        }
        return switch (destination.criterion(words)) {
            case YES -> HaproxyWhere.EVERYWHERE;
            case NO -> HaproxyWhere.NOWHERE;
            case UNKNOWN -> HaproxyWhere.UNKNOWN;
        };
    }

    /** Networks, and files with more of them: {@code src -f a.lst -f b.lst 192.0.2.0/24}. */
    private HaproxyWhere source(List<String> words) {
        List<ClientSet> known = new ArrayList<>();
        HaproxyWhere any = HaproxyWhere.NOWHERE;
        int i = 1;
        boolean areFlagsOver = false;
        while (i < words.size()) {
            String word = words.get(i++);
            if (areFlagsOver || !word.startsWith("-")) {
                Optional<ClientSet> network = ClientSet.of(word).filter(_ -> !word.contains("-"));
                network.ifPresentOrElse(known::add, () -> known.add(ClientSet.NONE));
                if (network.isEmpty()) {
                    // A name that HAProxy looked up, or what it did not take.
                    any = any.or(HaproxyWhere.UNKNOWN);
                }
                networks.add(word);
                areFlagsOver = true;
            } else if (word.equals("-f") && i < words.size()) {
                any = any.or(file(words.get(i++)));
            } else if (word.equals("-m") && i < words.size() && words.get(i).equals("ip")) {
                i++;
            } else if (word.equals("--")) {
                areFlagsOver = true;
            } else if (!word.equals("-n") && !word.equals("-i")) {
                return HaproxyWhere.UNKNOWN;
            }
        }
        return any.or(HaproxyWhere.of(ClientSet.union(known)));
    }

    private HaproxyWhere file(String path) {
        return PATH.matcher(path).matches()
                ? facts.where(new HaproxyFact.InFile(path)).orElse(HaproxyWhere.UNKNOWN)
                : HaproxyWhere.UNKNOWN;
    }

    /** {@code sc0_conn_cur}, {@code sc_conn_rate(0)}, {@code src_conn_cur(table)}. */
    private HaproxyWhere counter(Matcher name, List<String> values) {
        String[] arguments = name.group(4) == null ? new String[0] : name.group(4).split(",", -1);
        boolean isByNumber = name.group(1).equals("sc");
        String number = isByNumber ? arguments.length > 0 ? arguments[0] : "" : name.group(2);
        int at = isByNumber ? 1 : 0;
        String table = arguments.length > at ? arguments[at] : "";
        Optional<Tracked> by = number == null
                ? bySource(table.isEmpty() ? section.name() : table)
                : Optional.ofNullable(tracked.get(number)).filter(each -> table.isEmpty() || table.equals(each.table));
        boolean isCounted = by.isPresent() && tracked.containsValue(by.get());
        if (by.isEmpty()) {
            return HaproxyWhere.UNKNOWN;
        }
        return above(by.get(), name.group(3), values, isCounted).map(fact -> facts.where(fact)
                .map(where -> where.and(clients(by.get()))).orElse(HaproxyWhere.UNKNOWN)).orElse(HaproxyWhere.UNKNOWN);
    }

    private HaproxyWhere clients(Tracked by) {
        boolean isIpv4 = tables.named(by.table).filter(table -> table.type().equals("ip")).isPresent();
        return isIpv4 ? by.clients.and(HaproxyWhere.of(IPV4)) : by.clients;
    }

    /** The rule that counts clients in a table, before this one or behind it. */
    private Optional<Tracked> bySource(String table) {
        Optional<Tracked> before = tracked.values().stream().filter(each -> each.table.equals(table)).findFirst();
        return before.or(() -> HaproxyTables.trackers(section).stream()
                .filter(rule -> HaproxyTables.tableOf(rule, section).equals(table) && !rule.words().contains("if")
                        && !rule.words().contains("unless") && !(isBehindHeader && rule.word(1).equals("connection")))
                .findFirst().flatMap(rule -> HaproxySourceKey.of(rule.word(3)))
                .filter(HaproxySourceKey::isPrefix)
                .map(key -> new Tracked(HaproxyWhere.EVERYWHERE, table, key)));
    }

    /**
     * That a counter is above its limit.
     *
     * @param isCounted whether the connection itself is among those that are counted
     */
    private Optional<HaproxyFact> above(Tracked by, String counter, List<String> values, boolean isCounted) {
        Optional<HaproxyTable> table = tables.named(by.table)
                .filter(each -> (each.type().equals("ip") || each.type().equals("ipv6")) && each.stores(counter));
        Optional<Long> from = from(values);
        Optional<Duration> period = counter.equals("conn_cur")
                ? Optional.of(Duration.ZERO)
                : table.flatMap(each -> each.period(counter));
        if (table.isEmpty() || from.isEmpty() || period.isEmpty()) {
            return Optional.empty();
        }
        long most = from.get() - (isCounted ? 1 : 0);
        return most < 1
                ? Optional.empty()
                : Optional.of(new HaproxyFact.Above(new HaproxyCounter(table.get(), period.get(), by.key), most));
    }

    /** The lowest number of which it holds, where it holds for all above. */
    private static Optional<Long> from(List<String> values) {
        if (values.size() == 2 && values.getLast().matches("[0-9]{1,9}")) {
            long number = Long.parseLong(values.getLast());
            return switch (values.getFirst()) {
                case "gt" -> Optional.of(number + 1);
                case "ge" -> Optional.of(number);
                default -> Optional.empty();
            };
        }
        Matcher range = OPEN_RANGE.matcher(values.size() == 1 ? values.getFirst() : "");
        return range.matches() ? Optional.of(Long.parseLong(range.group(1))) : Optional.empty();
    }
}
