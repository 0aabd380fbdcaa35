package io.vipgate.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The files of deploy/transparent for systemd-networkd say what those for ifupdown say, which the lab plays. */
class TransparentFilesTest {
    private static final Path FILES = Path.of(System.getProperty("vipgate.basedir", "."), "deploy/transparent");
    private static final Pattern RULE = Pattern
            .compile(" ip (?:-6 )?rule add pref (\\S+) from (\\S+) ipproto tcp sport (\\S+) lookup (\\S+)");
    private static final Pattern ROUTE = Pattern
            .compile(" ip (?:-6 )?route replace (\\S+)(?: via (\\S+))? dev \\$IFACE table (\\S+)");
    private static final Set<String> KEYS = Set.of("Priority", "From", "IPProtocol", "SourcePort", "Table", "Gateway",
            "Destination", "Scope");

    private static Set<String> ofIfupdown(String text) {
        Set<String> all = RULE.matcher(text).results().map(rule -> rule(rule.group(1), rule.group(2), rule.group(3),
                rule.group(4))).collect(Collectors.toCollection(TreeSet::new));
        ROUTE.matcher(text).results().map(TransparentFilesTest::route).forEach(all::add);
        return all;
    }

    private static String route(MatchResult route) {
        return route(route.group(1), route.group(2) == null ? "its own link" : route.group(2), route.group(3));
    }

    private static String rule(String priority, String from, String port, String table) {
        return "rule " + priority + ": TCP from " + from + ", port " + port + ": table " + table;
    }

    private static String route(String destination, String via, String table) {
        return "route in table " + table + ": " + destination + " by " + via;
    }

    private static Set<String> ofNetworkd(String text) {
        Set<String> all = new TreeSet<>();
        for (String section : text.split("(?m)^(?=\\[)", -1)) {
            List<String> lines = section.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
            if (!lines.isEmpty()) {
                all.add(said(lines));
            }
        }
        return all;
    }

    private static String said(List<String> section) {
        Map<String, String> keys = new LinkedHashMap<>();
        section.stream().skip(1).map(line -> line.split("=", 2)).forEach(pair -> keys.put(pair[0], pair[1]));
        assertThat(KEYS).containsAll(keys.keySet());
        if (section.getFirst().equals("[Route]")) {
            return route(keys.getOrDefault("Destination", "default"), keys.getOrDefault("Gateway", "its own link"),
                    keys.getOrDefault("Table", ""));
        }
        assertThat(section.getFirst()).isEqualTo("[RoutingPolicyRule]");
        assertThat(keys.get("IPProtocol")).isEqualTo("tcp");
        return rule(keys.getOrDefault("Priority", ""), keys.getOrDefault("From", ""),
                keys.getOrDefault("SourcePort", ""), keys.getOrDefault("Table", ""));
    }

    @Test
    void networkdOfAnEndpointGetsTheRulesAndRoutesOfIfupdown() throws IOException {
        Set<String> wanted = ofIfupdown(Files.readString(FILES.resolve("endpoint.interfaces")));
        assertThat(wanted).hasSize(8);
        assertThat(ofNetworkd(Files.readString(FILES.resolve("endpoint.network.conf")))).isEqualTo(wanted);
    }
}
