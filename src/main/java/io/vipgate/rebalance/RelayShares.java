package io.vipgate.rebalance;

import io.vipgate.config.BalanceRule;
import io.vipgate.pool.ConnectionLimit;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.Health;
import io.vipgate.pool.PoolSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/**
 * How many relays each endpoint of a pool has, and how many it should have: its part by weight, by the weight of the moment
 * while it starts slowly, and never more than its {@code maxConnections} lets in. Backups get what primaries have no room for.
 * With {@code balance: first} the first in file order should have all that it has room for.
 *
 * <p>Endpoints that are DOWN, or take nothing new, are left out with all they have.
 *
 * <p>Immutable.
 *
 * @param parts in the order of the configuration
 */
public record RelayShares(List<Part> parts) {
    /** What sums of doubles may be off by. */
    private static final double ROUNDING = 1e-6;
    /** Least part of those who are sent away that is reckoned to stay away. */
    private static final double LEAST_AWAY = 0.05;

    /** Keeps its own copy. */
    public RelayShares {
        parts = List.copyOf(parts);
    }

    /**
     * One endpoint.
     *
     * @param relays what it has
     * @param target what it should have
     * @param isServing false of one without a share: a backup while primaries take clients
     * @param isRamping while it starts slowly
     * @param away how likely a client that is sent away from it comes back to another, above 0, up to 1
     */
    public record Part(Endpoint endpoint, int relays, double target, boolean isServing, boolean isRamping,
            double away) {
        /** Relays that it has too many. */
        public int surplus() {
            return Math.max(0, relays - atMost());
        }

        /** Relays that it may still get. */
        public int deficit() {
            return relays < target - ROUNDING ? atMost() - relays : 0;
        }

        private int atMost() {
            return (int) Math.ceil(target - ROUNDING);
        }

        /** Whether it has too many, and more than its share by so much. */
        public boolean isAbove(double over) {
            return surplus() > 0 && relays > target * (1 + over);
        }

        /** Relays to close until it has no more than its share, as some of their clients come back to it. */
        public int closings() {
            return (int) Math.ceil(surplus() / away);
        }
    }

    /**
     * The shares of a moment.
     *
     * @param relays how many of an endpoint count
     */
    public static RelayShares of(PoolSnapshot snapshot, BalanceRule rule, ToIntFunction<Endpoint> relays) {
        List<PoolSnapshot.Member> members = snapshot.members();
        List<Integer> primaries = new ArrayList<>();
        List<Integer> backups = new ArrayList<>();
        int[] counts = new int[members.size()];
        double[] units = new double[members.size()];
        int total = 0;
        for (int i = 0; i < counts.length; i++) {
            PoolSnapshot.Member member = members.get(i);
            if (member.state().isEligible() && member.state().health() != Health.DOWN) {
                (member.state().isBackup() ? backups : primaries).add(i);
                counts[i] = relays.applyAsInt(member.endpoint());
                units[i] = (double) snapshot.shareOf(i)
                        * (rule == BalanceRule.RANDOM ? 1 : member.state().weight());
                total += counts[i];
            }
        }
        List<Integer> serving = primaries.isEmpty() ? backups : primaries;
        double[] targets = new double[counts.length];
        double left = fill(serving, total, members, units, rule == BalanceRule.FIRST, targets);
        if (!primaries.isEmpty()) {
            double _ = fill(backups, left, members, units, rule == BalanceRule.FIRST, targets);
        }
        double sum = serving.stream().mapToDouble(i -> units[i]).sum();
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            boolean isServing = serving.contains(i);
            if (isServing || backups.contains(i)) {
                double away = isServing && isBlind(rule) ? Math.max(LEAST_AWAY, 1 - units[i] / sum) : 1;
                parts.add(new Part(members.get(i).endpoint(), counts[i], targets[i], isServing,
                        members.get(i).state().isRamping(), away));
            }
        }
        return new RelayShares(parts);
    }

    /** Whether a rule sends clients by shares alone, and not away from who has the most. */
    private static boolean isBlind(BalanceRule rule) {
        return switch (rule) {
            case RANDOM, WEIGHTED_RANDOM, ROUND_ROBIN -> true;
            case POWER_OF_TWO, LEAST_CONNECTIONS, SOURCE_HASH, FIRST -> false;
        };
    }

    /**
     * Divides relays among endpoints.
     *
     * @return those that there is no room for
     */
    private static double fill(List<Integer> positions, double relays, List<PoolSnapshot.Member> members,
            double[] units, boolean isInOrder, double[] targets) {
        Map<String, List<Integer>> names = new LinkedHashMap<>();
        positions.forEach(i -> names.computeIfAbsent(members.get(i).endpoint().name(), _ -> new ArrayList<>()).add(i));
        return isInOrder ? inOrder(names, relays, members, targets) : byUnits(names, relays, members, units, targets);
    }

    private static double inOrder(Map<String, List<Integer>> names, double relays, List<PoolSnapshot.Member> members,
            double[] targets) {
        double left = relays;
        for (List<Integer> addresses : names.values()) {
            double taken = Math.min(left, room(addresses, members));
            targets[addresses.getFirst()] = taken;
            left -= taken;
        }
        return left;
    }

    /** Whoever would get more than there is room for gets that, and the others divide the rest. */
    private static double byUnits(Map<String, List<Integer>> names, double relays, List<PoolSnapshot.Member> members,
            double[] units, double[] targets) {
        Map<String, List<Integer>> open = new LinkedHashMap<>(names);
        double left = relays;
        while (!open.isEmpty()) {
            double perUnit = left / open.values().stream().mapToDouble(each -> sum(each, units)).sum();
            List<String> full = open.entrySet().stream()
                    .filter(each -> sum(each.getValue(), units) * perUnit > room(each.getValue(), members))
                    .map(Map.Entry::getKey).toList();
            if (full.isEmpty()) {
                open.values().forEach(addresses -> addresses.forEach(i -> targets[i] = units[i] * perUnit));
                return 0;
            }
            for (String name : full) {
                List<Integer> addresses = Objects.requireNonNull(open.remove(name));
                double room = room(addresses, members);
                double all = sum(addresses, units);
                addresses.forEach(i -> targets[i] = room * units[i] / all);
                left -= room;
            }
        }
        return left;
    }

    private static double sum(List<Integer> positions, double[] units) {
        return positions.stream().mapToDouble(i -> units[i]).sum();
    }

    /** What the addresses of a name may have. Places that are held by addresses that are gone are not theirs. */
    private static double room(List<Integer> addresses, List<PoolSnapshot.Member> members) {
        ConnectionLimit limit = members.get(addresses.getFirst()).endpoint().limit();
        int own = addresses.stream().mapToInt(i -> members.get(i).endpoint().connections()).sum();
        return limit.most() == 0 ? Double.MAX_VALUE : Math.max(0, own + limit.most() - limit.present());
    }

    /** The endpoints that count. */
    public Set<Endpoint> endpoints() {
        return parts.stream().map(Part::endpoint).collect(Collectors.toUnmodifiableSet());
    }

    /** Relays of all endpoints that count. */
    public int total() {
        return parts.stream().mapToInt(Part::relays).sum();
    }

    /** Relays that endpoints with less than their share may get. */
    public int deficit() {
        return parts.stream().mapToInt(Part::deficit).sum();
    }

    /** Those who have too many: all of them, or nobody while none would take a relay. */
    public List<Part> givers() {
        return deficit() == 0 ? List.of() : parts.stream().filter(part -> part.surplus() > 0).toList();
    }

    /** Those who would get some. */
    public List<Part> takers() {
        return parts.stream().filter(part -> part.deficit() > 0).toList();
    }

    /** Whether an endpoint has more than its share by so much, and another would take some. */
    public boolean isOff(double over) {
        return deficit() > 0 && parts.stream().anyMatch(part -> part.isAbove(over));
    }

    /** Whether an endpoint starts slowly, so that shares still change. */
    public boolean isRamping() {
        return parts.stream().anyMatch(Part::isRamping);
    }

    /**
     * How far off the shares are: the greatest ratio of what an endpoint has to what it should have, 1 when all have what they
     * should. What an endpoint has that should have none is compared with a mean share, plus 1. Also 1 without relays.
     */
    public double skew() {
        int total = total();
        double mean = (double) total / Math.max(1, parts.stream().filter(part -> part.target() > 0).count());
        return total == 0
                ? 1
                : parts.stream().filter(part -> part.relays() > 0)
                        .mapToDouble(part -> part.target() > ROUNDING
                                ? part.relays() / part.target()
                                : 1 + part.relays() / mean)
                        .max().orElse(1);
    }
}
