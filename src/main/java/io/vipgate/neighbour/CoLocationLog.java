package io.vipgate.neighbour;

import io.vipgate.pool.Endpoint;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What the log says of one pool's co-location: once when one machine serves several endpoints, once when it no longer
 * does, and nothing while that is not known.
 *
 * <p>Confined to the thread that looks.
 */
final class CoLocationLog {
    private static final int MAX_NAMED = 8;

    /**
     * One line.
     *
     * @param isShared true when endpoints have come to share a machine, false when they no longer do
     */
    record Notice(boolean isShared, String text) {}

    private final String pool;
    /** Endpoints that share a machine as far as the log goes. No endpoint is in two of these. */
    private List<Set<Endpoint>> reported = List.of();

    CoLocationLog(String pool) {
        this.pool = pool;
    }

    /**
     * Says what is new.
     *
     * @param canBeChosen what is shared by endpoints that get no clients anyway is not worth a line
     */
    List<Notice> noticesFor(CoLocation now, Predicate<Endpoint> canBeChosen) {
        List<Notice> notices = new ArrayList<>();
        List<Set<Endpoint>> kept = stillShared(now, notices);
        for (CoLocation.Machine machine : now.sharedMachines()) {
            Set<Endpoint> sharing = machine.endpoints().stream().filter(canBeChosen)
                    .collect(Collectors.toCollection(LinkedHashSet::new));
            if (CoLocation.addresses(sharing) > 1 && kept.stream().noneMatch(set -> set.containsAll(sharing))) {
                notices.add(shared(sharing, machine));
                merge(kept, sharing);
            }
        }
        reported = kept;
        return notices;
    }

    private List<Set<Endpoint>> stillShared(CoLocation now, List<Notice> notices) {
        Map<Endpoint, Integer> positions = new HashMap<>();
        now.findings().forEach(finding -> positions.put(finding.endpoint(), positions.size()));
        List<Set<Endpoint>> kept = new ArrayList<>();
        for (Set<Endpoint> group : reported) {
            Map<MacAddress, Set<Endpoint>> parts = new LinkedHashMap<>();
            Set<Endpoint> unknown = new LinkedHashSet<>();
            // In the order of the configuration, and without those that a reload has removed.
            group.stream().filter(positions::containsKey).mapToInt(endpoint -> positions.getOrDefault(endpoint, 0))
                    .sorted().mapToObj(now.findings()::get).forEach(finding -> {
                        Set<Endpoint> part = finding.isMachine()
                                ? parts.computeIfAbsent(CoLocation.mac(finding), _ -> new LinkedHashSet<>())
                                : unknown;
                        part.add(finding.endpoint());
                    });
            if (parts.size() > 1) {
                notices.add(separate(parts));
            }
            // Who is not known is taken to be where most of the others are.
            if (!parts.isEmpty()) {
                Collections.max(parts.values(), Comparator.comparingInt(Set::size)).addAll(unknown);
                kept.addAll(parts.values());
            } else {
                kept.add(unknown);
            }
        }
        kept.removeIf(part -> CoLocation.addresses(part) < 2);
        return kept;
    }

    /** Adds a group, together with those that it has an endpoint in common with. */
    private static void merge(List<Set<Endpoint>> groups, Set<Endpoint> added) {
        Set<Endpoint> all = new LinkedHashSet<>(added);
        for (Set<Endpoint> group : List.copyOf(groups)) {
            if (!Collections.disjoint(group, added)) {
                all.addAll(group);
                groups.remove(group);
            }
        }
        groups.add(all);
    }

    private Notice shared(Set<Endpoint> endpoints, CoLocation.Machine machine) {
        boolean areTwo = endpoints.size() == 2;
        return new Notice(true, "pool " + pool + ": " + names(endpoints, " and ") + " are " + (areTwo ? "both" : "all")
                + " answered by " + machine.answer() + ": one machine serves " + (areTwo ? "both" : "them all"));
    }

    private Notice separate(Map<MacAddress, Set<Endpoint>> parts) {
        String each = parts.entrySet().stream().limit(MAX_NAMED)
                .map(part -> names(part.getValue(), ", ") + " answered by " + part.getKey())
                .collect(Collectors.joining("; "));
        return new Notice(false, "pool " + pool + ": separate again: " + each
                + (parts.size() > MAX_NAMED ? "; and others" : ""));
    }

    private static String names(Set<Endpoint> endpoints, String beforeLast) {
        List<String> labels = endpoints.stream().map(Endpoint::label).toList();
        if (labels.size() > MAX_NAMED) {
            return String.join(", ", labels.subList(0, MAX_NAMED)) + " and " + (labels.size() - MAX_NAMED) + " more";
        }
        String first = String.join(", ", labels.subList(0, labels.size() - 1));
        return first.isEmpty() ? labels.getLast() : first + beforeLast + labels.getLast();
    }
}
