package io.vipgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionTest {
    @ParameterizedTest
    @CsvSource({"wieght, weight", "weigth, weight", "max_connections, maxConnections", "maxconnections, maxConnections",
        "backups, backup"})
    void aSlipOfThePenFindsItsName(String written, String meant) {
        assertThat(Suggestion.nearest(written, List.of("address", "weight", "backup", "maxConnections")))
                .contains(meant);
    }

    @Test
    void theNearestOfSeveralIsMeant() {
        assertThat(Suggestion.nearest("ipv6prefx", List.of("ipv6Prefix", "ipv4Prefix"))).contains("ipv6Prefix");
        assertThat(Suggestion.nearest("ipv6prefx", List.of("ipv4Prefix", "ipv6Prefix"))).contains("ipv6Prefix");
    }

    @Test
    void somethingElseFindsNothing() {
        assertThat(Suggestion.nearest("timeout", List.of("weight", "backup"))).isEmpty();
        assertThat(Suggestion.nearest("x", List.of("y"))).isEmpty();
        assertThat(Suggestion.nearest("x".repeat(100_000), List.of("weight"))).isEmpty();
    }

    @Test
    void distanceCountsASwapOnce() {
        assertThat(Suggestion.distance("wieght", "weight")).isEqualTo(1);
        assertThat(Suggestion.distance("", "abc")).isEqualTo(3);
        assertThat(Suggestion.distance("kitten", "sitting")).isEqualTo(3);
    }
}
