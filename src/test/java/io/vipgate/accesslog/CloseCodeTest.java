package io.vipgate.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.relay.CloseReason;
import io.vipgate.relay.ConnectFailure;
import io.vipgate.relay.RefuseReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The whole table, which docs/observability.md has too. */
class CloseCodeTest {
    @ParameterizedTest
    @CsvSource({"CLIENT_FIN, --, --", "ENDPOINT_FIN, --, --", "CLIENT_RESET, CC, CD", "ENDPOINT_RESET, SC, SD",
        "LIFETIME, PC, PD", "ENDPOINT_DOWN, DC, DD", "REBALANCED, BC, BD", "OPERATOR, KC, KD", "DRAIN, KC, KD",
        "INTERNAL, RC, RD"})
    void anEndHasItsCodeWhileConnectingAndAfterwards(CloseReason reason, String connecting, String connected) {
        for (boolean wasEndpointSilent : new boolean[]{false, true}) {
            assertThat(CloseCode.of(reason, false, null, wasEndpointSilent)).isEqualTo(connecting);
            assertThat(CloseCode.of(reason, true, null, wasEndpointSilent)).isEqualTo(connected);
            assertThat(CloseCode.of(reason, true, ConnectFailure.TIMEOUT, wasEndpointSilent))
                    .as("a failed attempt that was made up for").isEqualTo(connected);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"IDLE", "HALF_CLOSED"})
    void aSilenceIsTheClientsOrTheEndpoints(CloseReason reason) {
        assertThat(CloseCode.of(reason, true, null, false)).isEqualTo("cD");
        assertThat(CloseCode.of(reason, true, null, true)).isEqualTo("sD");
        assertThat(CloseCode.of(reason, false, null, false)).isEqualTo("cC");
        assertThat(CloseCode.of(reason, false, null, true)).isEqualTo("sC");
    }

    @ParameterizedTest
    @CsvSource({"REFUSED, SC", "UNREACHABLE, SC", "RESET, SC", "TIMEOUT, sC", "LOCAL, RC", ", PC"})
    void aFailedConnectIsToldByItsLastAttempt(@Nullable ConnectFailure failure, String code) {
        assertThat(CloseCode.of(CloseReason.CONNECT_FAILED, false, failure, false)).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource({"MAX_CONNECTIONS, P-", "NO_ENDPOINT, PC", "NO_ROOM, R-", "FD_EXHAUSTED, R-", "ACCESS, PR",
        "BLOCKED, PR",
        "SOURCE_CONNECTIONS, PR", "SOURCE_RATE, PR", "PROXY_UNTRUSTED, PR", "PROXY_INVALID, PR", "PROXY_TIMEOUT, cR",
        "PROXY_LEFT, CR", "PREREAD_FULL, PR", "CLIENT_ADDRESS, PC"})
    void aClientThatIsTurnedAwayHasACode(RefuseReason reason, String code) {
        assertThat(CloseCode.of(reason)).isEqualTo(code);
    }

    @Test
    void theDocumentHasTheCodesThatOccur() throws IOException {
        String document = Files.readString(Path.of("docs/observability.md"));
        String table = document.substring(document.indexOf("<!-- close-codes:begin -->"),
                document.indexOf("<!-- close-codes:end -->"));
        Set<String> documented = new TreeSet<>();
        for (String row : table.split("\n", -1)) {
            Pattern.compile("`(..)`").matcher(row.replaceFirst("^(\\|[^|]*\\|).*", "$1")).results()
                    .forEach(found -> documented.add(found.group(1)));
        }
        Set<String> possible = new TreeSet<>();
        for (CloseReason reason : CloseReason.values()) {
            for (boolean wasConnected : new boolean[]{false, true}) {
                possible.add(CloseCode.of(reason, wasConnected, null, false));
                possible.add(CloseCode.of(reason, wasConnected, null, true));
            }
        }
        Stream.of(ConnectFailure.values())
                .forEach(failure -> possible.add(CloseCode.of(CloseReason.CONNECT_FAILED, false, failure, false)));
        Stream.of(RefuseReason.values()).forEach(reason -> possible.add(CloseCode.of(reason)));

        assertThat(possible).containsAll(documented);
        possible.removeAll(documented);
        // A relay that connects has no bounds but its connect's; whom no descriptor is left for waits, and is not logged.
        assertThat(possible).isSubsetOf("cC", "DC", "K-", "R-");
    }

    @ParameterizedTest
    @EnumSource
    void everyCodeIsOfTheKnownLetters(CloseReason reason) {
        for (boolean wasConnected : new boolean[]{false, true}) {
            for (ConnectFailure failure : ConnectFailure.values()) {
                assertThat(CloseCode.of(reason, wasConnected, failure, false)).matches("[CSPRcsDKB][CD-]|--");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"--, 0, true", "--, 1, true", "--, 2, false", "CD, 1, false", "KD, 1, false", "P-, 0, false"})
    void onlyWhatEndedWellAtTheFirstAttemptIsOrdinary(String close, int attempts, boolean isOrdinary) {
        assertThat(LoopAccessLog.isOrdinary(close, attempts)).isEqualTo(isOrdinary);
    }
}
