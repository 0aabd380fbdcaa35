package io.vipgate.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.admin.Samples;
import io.vipgate.json.Json;
import io.vipgate.json.JsonParser;
import io.vipgate.telemetry.History.Kind;
import io.vipgate.telemetry.History.Rows;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The rings, with moments that the test gives. */
final class HistoryTest {
    private final History history = new History();

    private static Rows endpoints(Object... labelsAndRates) {
        Map<List<String>, float[]> rows = new HashMap<>();
        for (int i = 0; i < labelsAndRates.length; i += 2) {
            rows.put(List.of("p", (String) labelsAndRates[i]),
                    new float[]{((Number) labelsAndRates[i + 1]).floatValue(), 0, 0, 0, 0});
        }
        return new Rows(Kind.ENDPOINTS, rows);
    }

    private static Json json(Samples samples) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        samples.writeTo(out);
        return JsonParser.parse(out.toString(StandardCharsets.UTF_8));
    }

    private List<String> rates(String label, long since) throws Exception {
        return json(history.since(since)).get("endpoints").list().stream()
                .filter(endpoint -> endpoint.get("label").text().equals(label)).findFirst().orElse(Json.ofNull())
                .get("connectionsPerSecond").list().stream().map(Json::toString).toList();
    }

    private List<String> times(long since) throws Exception {
        return json(history.since(since)).get("times").list().stream().map(Json::toString).toList();
    }

    @Test
    void samplesAreToldAsColumns() throws Exception {
        history.add(1_500, new Rows(Kind.LISTENERS, Map.of(List.of("web"), new float[]{10, 0.5f, 3})),
                endpoints("a", 2.25));
        history.add(3_500, new Rows(Kind.LISTENERS, Map.of(List.of("web"), new float[]{12.04f, 0, 4})),
                endpoints("a", 3_000_000));

        assertThat(json(history.since(0))).hasToString("{\"everySeconds\": 2, \"times\": [1.5, 3.5], \"listeners\": ["
                + "{\"name\": \"web\", \"acceptedPerSecond\": [10, 12], \"refusedPerSecond\": [0.5, 0], "
                + "\"connections\": [3, 4]}], \"endpoints\": [{\"pool\": \"p\", \"label\": \"a\", "
                + "\"connectionsPerSecond\": [2.3, 3000000], \"failuresPerSecond\": [0, 0], "
                + "\"bytesToBackendPerSecond\": [0, 0], \"bytesToClientPerSecond\": [0, 0], \"connections\": [0, 0]}]}");
    }

    @Test
    void onlyWhatIsNewerThanTheMomentIsTold() throws Exception {
        for (int i = 1; i <= 5; i++) {
            history.add(i * 1000L, endpoints("a", i));
        }

        assertThat(times(3000)).containsExactly("4", "5");
        assertThat(rates("a", 3000)).containsExactly("4", "5");
        assertThat(times(3500)).containsExactly("4", "5");
        assertThat(history.since(5000).isEmpty()).isTrue();
        assertThat(history.since(0).newest()).isEqualTo(5000);
        assertThat(history.since(6000).isEmpty()).as("who has seen the future has seen another clock").isFalse();
    }

    @Test
    void tenMinutesAreKept() throws Exception {
        int added = 3 * History.SAMPLES + 7;
        for (int i = 1; i <= added; i++) {
            history.add(i * History.EVERY_MILLIS, endpoints("a", i));
        }

        List<String> rates = rates("a", 0);
        assertThat(rates).hasSize(History.SAMPLES).startsWith(String.valueOf(added - History.SAMPLES + 1))
                .endsWith(String.valueOf(added));
        assertThat(times(0)).hasSize(History.SAMPLES);
        assertThat(History.SAMPLES * History.EVERY_MILLIS).isEqualTo(600_000);
    }

    @Test
    void whatAReloadKeepsContinuesAndWhatItDropsIsForgotten() throws Exception {
        history.add(1000, endpoints("a", 1, "b", 1));
        history.add(2000, endpoints("a", 2, "c", 2));

        assertThat(rates("a", 0)).containsExactly("1", "2");
        assertThat(rates("b", 0)).isEmpty();
        assertThat(rates("c", 0)).containsExactly("null", "2");

        history.add(3000, endpoints("b", 3));
        assertThat(rates("b", 0)).as("it does not come back from the dead").containsExactly("null", "null", "3");
    }

    @Test
    void aClockThatIsSetBackBeginsANewHistory() throws Exception {
        history.add(10_000, endpoints("a", 1));
        history.add(5_000, endpoints("a", 2));

        assertThat(times(0)).containsExactly("5");
        assertThat(rates("a", 0)).containsExactly("2");
    }

    @Test
    void whatIsOverwrittenWhileItIsReadIsNotToldAsSomethingElse() throws Exception {
        for (int i = 1; i <= History.SAMPLES; i++) {
            history.add(i * 1000L, endpoints("a", i));
        }
        Samples slowlyRead = history.since(0);
        history.add((History.SAMPLES + 1) * 1000L, endpoints("a", 9999));

        List<Json> rates = json(slowlyRead).get("endpoints").list().getFirst().get("connectionsPerSecond").list();
        assertThat(rates).hasSize(History.SAMPLES);
        assertThat(rates.get(0).isNull()).isTrue();
        assertThat(rates.get(1)).hasToString("2");
        assertThat(rates.getLast()).hasToString(String.valueOf(History.SAMPLES));
    }

    @Test
    void namesAreEscaped() throws Exception {
        history.add(1000, endpoints("a\"],<script>\n", 1));

        assertThat(rates("a\"],<script>\n", 0)).containsExactly("1");
    }
}
