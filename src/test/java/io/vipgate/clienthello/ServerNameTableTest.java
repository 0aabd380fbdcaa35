package io.vipgate.clienthello;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ServerNameTableTest {
    private final ServerNameTable<String> table = new ServerNameTable<>(Map.of("shop.example.com", "shop",
            "*.example.com", "wide", "*.apps.example.com", "apps", "*.com", "any", "x.apps.example.com", "x"));

    private String led(String name) {
        HelloRoute<String> match = table.find(name);
        return match == null
                ? "nowhere"
                : match.target() + (match.result() == HelloResult.WILDCARD ? " by wildcard" : "");
    }

    @Test
    void exactNameDecidesBeforeAWildcardAndALongerWildcardBeforeAShorterOne() {
        assertThat(led("shop.example.com")).isEqualTo("shop");
        assertThat(led("x.apps.example.com")).isEqualTo("x");
        assertThat(led("y.apps.example.com")).isEqualTo("apps by wildcard");
        assertThat(led("b.x.apps.example.com")).isEqualTo("apps by wildcard");
        assertThat(led("www.example.com")).isEqualTo("wide by wildcard");
        assertThat(led("apps.example.com")).isEqualTo("wide by wildcard");
        assertThat(led("example.com")).isEqualTo("any by wildcard");
    }

    @Test
    void wildcardStandsForOneLabelAtLeast() {
        assertThat(led("com")).isEqualTo("nowhere");
        assertThat(led("example.net")).isEqualTo("nowhere");
        assertThat(led("notexample.org")).isEqualTo("nowhere");
        assertThat(new ServerNameTable<>(Map.of("*.b.c", 1)).find("ab.c")).isNull();
        assertThat(new ServerNameTable<>(Map.of("*.b.c", 1)).find("b.c")).isNull();
    }
}
