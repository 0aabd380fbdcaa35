package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.Scrape;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.pool.Health;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** The alert rules and the dashboard ask for what a gateway tells. */
@SocketTest
final class MetricsUsersIT {
    private static final Duration BOUND = Duration.ofSeconds(15);
    private static final Pattern METRIC = Pattern.compile("\\b((?:vipgate|process|system|jvm)_\\w+)(\\{[^}]*})?");
    private static final Pattern MATCHER = Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)\\s*\"([^\"]*)\"");
    /** Known on machines with neighbours only. */
    private static final String PAIRS = "vipgate_endpoint_pair_co_located";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    /** Every expression of a file, JSON being YAML too. */
    private static List<String> expressions(Object node) {
        List<String> found = new ArrayList<>();
        switch (node) {
            case Map<?, ?> map -> map.forEach((key, value) -> {
                if (value instanceof String text && (key.equals("expr") || key.equals("definition"))) {
                    found.add(text);
                } else {
                    found.addAll(expressions(value));
                }
            });
            case List<?> list -> list.forEach(each -> found.addAll(expressions(each)));
            case null, default -> {
            }
        }
        return found;
    }

    @ParameterizedTest
    @ValueSource(strings = {"deploy/prometheus/vipgate.rules.yml", "deploy/grafana/vipgate.json"})
    void everyMetricAndEveryLabelAskedForIsTold(String file) throws Exception {
        List<String> expressions = expressions(new Yaml().load(Files.readString(Path.of(file))));
        assertThat(expressions).hasSizeGreaterThan(10);
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", echo).pool("pinning: { by: source-address }")
                        .pool("clientAddress: prefer").pool("connect: { hedge: auto, attempts: 2 }")
                        .probe("{ type: tcp, interval: 50ms }").listener("tls: { noName: reject }")
                        .more("metrics: { bind: \"127.0.0.1:0\" }")
                        .more("stateFile: " + directory.resolve("state")).start()) {
            Await.until("it is probed", BOUND, () -> gateway.state("a").health() == Health.UP);
            Scrape scrape = Scrape.of(gateway);

            for (String expression : expressions) {
                METRIC.matcher(expression).results().filter(metric -> !metric.group(1).equals(PAIRS))
                        .forEach(metric -> {
                            assertThat(scrape.names("")).as(expression).contains(metric.group(1));
                            Matcher wanted = MATCHER.matcher(metric.group(2) == null ? "" : metric.group(2));
                            while (wanted.find()) {
                                assertToldLabel(scrape, metric.group(1), wanted.group(1), wanted.group(2));
                            }
                        });
            }
        }
    }

    /** Values that are one word, or several, are those of a gateway; job and instance are Prometheus's own. */
    private static void assertToldLabel(Scrape scrape, String metric, String label, String values) {
        if (label.equals("job") || label.equals("instance")) {
            return;
        }
        assertThat(scrape.samples().keySet().stream().filter(series -> series.name().equals(metric)))
                .as("%s has a label %s", metric, label).allMatch(series -> series.labels().containsKey(label));
        for (String value : values.split("\\|", -1)) {
            if (!value.startsWith("$")) {
                assertThat(scrape.tellsOf(label, value)).as("%s{%s=\"%s\"}", metric, label, value).isTrue();
            }
        }
    }
}
