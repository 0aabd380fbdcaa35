package io.vipgate.importer.common;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.TreeMap;

/**
 * Who may come in to a listener, to be written as {@code access}: the longest network decides, and where there is none everybody
 * comes in unless {@code allow} has an entry.
 *
 * <p>Immutable.
 *
 * @param isAsWritten whether the networks are those that the other program's file has
 */
public record DraftAccess(List<String> allow, List<String> deny, boolean isAsWritten) {
    /** Nobody is turned away. */
    public static final DraftAccess EVERYBODY = new DraftAccess(List.of(), List.of(), true);

    private static final DraftAccess NOBODY = new DraftAccess(List.of(), List.of("0.0.0.0/0", "::/0"), true);
    private static final String FILE = "file:";

    /** Copies the lists. */
    public DraftAccess {
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
    }

    /**
     * The networks of the file where they admit the same by the longest match, else the fewest that do.
     *
     * @param allow networks that something of the file admits
     * @param deny networks that something of the file refuses
     */
    public static DraftAccess of(ClientSet admitted, List<String> allow, List<String> deny) {
        if (admitted.isEmpty()) {
            return NOBODY;
        }
        List<String> admits = networks(allow);
        List<String> refuses = networks(deny);
        for (DraftAccess written : List.of(new DraftAccess(List.of(), refuses, true),
                new DraftAccess(admits, List.of(), true), new DraftAccess(admits, refuses, true))) {
            if (written.admits(admitted)) {
                return written;
            }
        }
        return fewest(admitted);
    }

    /**
     * The same for listeners whose clients come by balancers: an entry of {@code deny} would turn a balancer away as well, where the
     * rules looked at clients alone.
     *
     * @param from the balancers; all addresses where nobody knows who they are
     */
    public static DraftAccess of(ClientSet admitted, List<String> allow, List<String> deny, ClientSet from) {
        boolean isBalancerRefused = !from.isAll() && !admitted.isEmpty() && !from.without(admitted).isEmpty();
        if (!isBalancerRefused) {
            return of(admitted, allow, deny);
        }
        List<String> kept = networks(deny).stream().filter(each -> ClientSet.of(each)
                .filter(network -> network.and(from).isEmpty() && network.and(admitted).isEmpty()).isPresent())
                .toList();
        ClientSet others = admitted.or(ClientSet.union(kept.stream().flatMap(each -> ClientSet.of(each).stream())
                .toList()));
        DraftAccess sparing = new DraftAccess(admitting(others), kept, false);
        return sparing.admits(admitted) ? sparing : new DraftAccess(admitting(admitted), List.of(), false);
    }

    /** The fewest networks that admit just these. */
    public static DraftAccess fewest(ClientSet admitted) {
        List<String> allow = new ArrayList<>();
        List<String> deny = new ArrayList<>();
        List<String> denyAlone = new ArrayList<>();
        for (AddressFamily family : AddressFamily.values()) {
            ShortestNetworks networks = new ShortestNetworks(family, admitted.in(family));
            networks.addTo(allow, deny, false);
            networks.addRefused(denyAlone);
        }
        return allow.isEmpty() || denyAlone.size() <= allow.size() + deny.size()
                ? new DraftAccess(List.of(), plain(denyAlone), false)
                : new DraftAccess(plain(allow), plain(deny), false);
    }

    /** Networks without an entry of {@code deny}: they admit just these, and none of them may be empty. */
    public static List<String> admitting(ClientSet admitted) {
        List<String> networks = new ArrayList<>();
        for (AddressFamily family : AddressFamily.values()) {
            new ShortestNetworks(family, admitted.in(family).complement(family.highest())).addRefused(networks);
        }
        return plain(networks);
    }

    /** As vipgate writes them, each once; what is every address of a family says nothing beside others. */
    private static List<String> networks(List<String> written) {
        SequencedSet<String> networks = new LinkedHashSet<>();
        for (String text : written) {
            AddressFamily.of(text.split("[-/]", 2)[0]).ifPresent(family -> family.network(text)
                    .map(Intervals::all).filter(all -> all.size() == 1)
                    .map(all -> family.networkText(all.getFirst())).filter(network -> !network.contains("-"))
                    .ifPresent(networks::add));
        }
        networks.remove("0.0.0.0/0");
        networks.remove("::/0");
        return plain(List.copyOf(networks));
    }

    /** One address needs no length. */
    private static List<String> plain(List<String> networks) {
        return networks.stream().map(each -> each.replaceFirst(each.contains(":") ? "/128$" : "/32$", "")).toList();
    }

    private boolean admits(ClientSet expected) {
        return allow.stream().noneMatch(deny::contains) && admitted().filter(expected::equals).isPresent();
    }

    /** Whom the networks admit, files left aside; empty where one is not a network. */
    Optional<ClientSet> admitted() {
        Map<Integer, List<ClientSet>> allowed = new TreeMap<>();
        Map<Integer, List<ClientSet>> denied = new TreeMap<>();
        for (String network : allow) {
            if (!add(network, allowed)) {
                return Optional.empty();
            }
        }
        for (String network : deny) {
            if (!add(network, denied)) {
                return Optional.empty();
            }
        }
        ClientSet admitted = allow.isEmpty() ? ClientSet.ALL : ClientSet.NONE;
        LinkedHashSet<Integer> lengths = new LinkedHashSet<>(allowed.keySet());
        lengths.addAll(denied.keySet());
        for (int length : lengths.stream().sorted(Comparator.naturalOrder()).toList()) {
            admitted = admitted.or(ClientSet.union(allowed.getOrDefault(length, List.of())))
                    .without(ClientSet.union(denied.getOrDefault(length, List.of())));
        }
        return Optional.of(admitted);
    }

    private static boolean add(String network, Map<Integer, List<ClientSet>> byLength) {
        if (network.startsWith(FILE)) {
            return true;
        }
        Optional<ClientSet> set = ClientSet.of(network);
        int slash = network.indexOf('/');
        int length = slash < 0 ? 128 : Integer.parseInt(network.substring(slash + 1));
        set.ifPresent(each -> byLength.computeIfAbsent(length, _ -> new ArrayList<>()).add(each));
        return set.isPresent();
    }

    public boolean isEverybody() {
        return allow.isEmpty() && deny.isEmpty();
    }

    /** How many entries it has. */
    public int size() {
        return allow.size() + deny.size();
    }

    /** As it is written. */
    Map<String, Object> section() {
        Map<String, Object> section = new LinkedHashMap<>();
        if (!allow.isEmpty()) {
            section.put("allow", allow);
        }
        if (!deny.isEmpty()) {
            section.put("deny", deny);
        }
        return section;
    }
}
