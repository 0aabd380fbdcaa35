package io.vipgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigDiffTest {
    private static final String BASE = """
            listeners:
              web: { bind: 127.0.0.1:8080, pool: nginx }
            pools:
              nginx:
                endpoints: { vip1: 192.0.2.1:80, vip2: 192.0.2.2:80 }
            """;

    private static List<String> between(String before, String after) {
        return ConfigDiff.between(Loads.valid(before).config(), Loads.valid(after).config()).stream()
                .map(ConfigDiff.Change::toString).toList();
    }

    @Test
    void theSameConfigurationHasNoDifference() {
        assertThat(between(BASE, "# a comment\n" + BASE)).isEmpty();
        assertThat(between(BASE, BASE + "    balance: weighted-random\n")).as("a default, written out").isEmpty();
    }

    @Test
    void valuesAreNamedByTheirPath() {
        assertThat(between(BASE, BASE.replace("vip2: 192.0.2.2:80", "vip2: { address: 192.0.2.2:80, weight: 3 }")
                + "    timeouts: { idle: 5s }\n"))
                .containsExactly("pools.nginx.endpoints.vip2.weight: 1 -> 3", "pools.nginx.timeouts.idle: 10m -> 5s");
    }

    @Test
    void whatComesAndGoesIsNamedAsAWhole() {
        String after = BASE.replace(", vip2: 192.0.2.2:80", ", vip3: 192.0.2.3:80")
                .replace("pools:", "  tls: { bind: 127.0.0.1:8443, pool: nginx }\npools:") + "admin: {}\n";

        assertThat(between(BASE, after)).containsExactly("listeners.tls: added", "pools.nginx.endpoints.vip2: removed",
                "pools.nginx.endpoints.vip3: added", "admin: added");
    }

    @Test
    void theOrderOfEndpointsCountsWhereTheRuleGoesByIt() {
        String swapped = BASE.replace("vip1: 192.0.2.1:80, vip2: 192.0.2.2:80",
                "vip2: 192.0.2.2:80, vip3: 192.0.2.3:80, vip1: 192.0.2.1:80");
        String first = "    balance: first\n";

        assertThat(between(BASE + first, swapped + first)).containsExactly("pools.nginx.endpoints.vip3: added",
                "pools.nginx.endpoints: [vip1, vip2] -> [vip2, vip1]");
        assertThat(between(BASE, swapped)).containsExactly("pools.nginx.endpoints.vip3: added");
    }

    @Test
    void secretsAreNotShown() {
        assertThat(between(BASE, BASE + "    hash: { key: confidential }\n"))
                .containsExactly("pools.nginx.hash.key: (hidden) -> (hidden)");
    }
}
