package io.vipgate.it;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.Scrape;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.pool.Health;
import io.vipgate.probe.ProbeResult;
import io.vipgate.relay.CloseReason;
import io.vipgate.relay.ConnectFailure;
import io.vipgate.relay.HedgeResult;
import io.vipgate.relay.RefuseReason;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Names, types and labels of what scrapers are told, and the document of them. */
@SocketTest
final class MetricNamesIT {
    private static final Duration BOUND = Duration.ofSeconds(15);
    private static final String SERVED = "metrics: { bind: \"127.0.0.1:0\" }";
    private static final String CLOSED = "vipgate_relay_closed_total";
    private static final String FAILURES = "vipgate_endpoint_connect_failures_total";
    private static final String REFUSED = "vipgate_listener_refused_total";

    /** Type and labels, by the names of series. */
    private static final Map<String, String> FAMILIES = Map.ofEntries(
            entry("vipgate_listener_connections_total", "counter listener"),
            entry("vipgate_listener_connections", "gauge listener"),
            entry("vipgate_listener_refused_total", "counter listener reason"),
            entry("vipgate_listener_would_refuse_total", "counter listener reason"),
            entry("vipgate_source_evictions_total", "counter listener"),
            entry("vipgate_listener_waiting", "gauge listener"),
            entry("vipgate_listener_proxy_headers_total", "counter command listener version"),
            entry("vipgate_listener_hellos_total", "counter listener result"),
            entry("vipgate_listener_ech_hellos_total", "counter listener"),
            entry("vipgate_blocks", "gauge"),
            entry("vipgate_listener_overflows_total", "counter"),
            entry("vipgate_access_log_dropped_total", "counter"),
            entry("vipgate_log_dropped_total", "counter"),
            entry("vipgate_relay_bytes_total", "counter direction endpoint listener pool"),
            entry("vipgate_relay_spliced_bytes_total", "counter direction"),
            entry("vipgate_relay_closed_total", "counter endpoint pool reason"),
            entry("vipgate_relay_duration_seconds", "histogram pool"),
            entry("vipgate_endpoint_connections_total", "counter endpoint pool"),
            entry("vipgate_endpoint_connections", "gauge endpoint pool"),
            entry("vipgate_endpoint_connect_failures_total", "counter endpoint pool reason"),
            entry("vipgate_endpoint_connect_seconds", "histogram endpoint pool"),
            entry("vipgate_pool_retries_total", "counter pool"),
            entry("vipgate_pool_retries_refused_total", "counter pool"),
            entry("vipgate_pool_hedges_total", "counter pool result"),
            entry("vipgate_pool_hedge_delay_seconds", "gauge pool"),
            entry("vipgate_endpoint_connecting", "gauge endpoint pool"),
            entry("vipgate_pool_no_healthy_total", "counter pool"),
            entry("vipgate_pool_skew_ratio", "gauge pool"),
            entry("vipgate_pool_client_address_fallbacks_total", "counter pool reason"),
            entry("vipgate_endpoint_no_return", "gauge endpoint pool"),
            entry("vipgate_endpoint_up", "gauge endpoint pool"),
            entry("vipgate_endpoint_suspect", "gauge endpoint pool"),
            entry("vipgate_endpoint_draining", "gauge endpoint pool"),
            entry("vipgate_endpoint_weight", "gauge endpoint pool"),
            entry("vipgate_endpoint_admin_state", "gauge endpoint pool state"),
            entry("vipgate_endpoint_transitions_total", "counter endpoint pool to"),
            entry("vipgate_probe_total", "counter endpoint pool result"),
            entry("vipgate_probe_seconds", "histogram endpoint pool result"),
            entry("vipgate_pins", "gauge pool"),
            entry("vipgate_pin_hits_total", "counter pool"),
            entry("vipgate_pin_misses_total", "counter pool"),
            entry("vipgate_pin_evictions_total", "counter pool"),
            entry("vipgate_pin_moved_total", "counter pool"),
            entry("vipgate_config_reloads_total", "counter result"),
            entry("vipgate_config_last_reload_success_timestamp_seconds", "gauge"),
            entry("vipgate_event_loop_lag_seconds", "gauge loop"),
            entry("vipgate_standby", "gauge"),
            entry("vipgate_listener_state", "gauge listener state"),
            entry("vipgate_listener_queued", "gauge listener"),
            entry("vipgate_build_info", "gauge java netty version"));

    @Test
    void everyNameIsThereWithItsTypeAndItsLabels() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", echo).pool("pinning: { by: source-address }")
                        .pool("clientAddress: prefer").pool("connect: { hedge: auto, attempts: 2 }")
                        .pool("maxConnecting: 100")
                        .probe("{ type: tcp, interval: 50ms }").listener("perSource: { newPerSecond: 100 }")
                        .listener("tls: { names: { shop.example.com: nginx } }")
                        .more(SERVED)
                        .start()) {
            Await.until("it is probed", BOUND, () -> gateway.state("a").health() == Health.UP);
            Scrape scrape = Scrape.of(gateway);

            Map<String, String> found = new HashMap<>();
            for (String family : scrape.types().keySet()) {
                if (family.startsWith("vipgate_")) {
                    String type = scrape.types().getOrDefault(family, "");
                    found.put(family, (type + " " + String.join(" ",
                            scrape.labels(type.equals("histogram") ? family + "_bucket" : family))).strip());
                }
            }
            assertThat(found).containsExactlyInAnyOrderEntriesOf(FAMILIES);
            assertThat(scrape.names("vipgate_")).as("what is no family's").hasSize(FAMILIES.size() + 2 * 3);
        }
    }

    @Test
    void theJvmAndTheProcessAreThereToo() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", echo).more(SERVED).start()) {
            Scrape scrape = Scrape.of(gateway);

            assertThat(scrape.names("")).contains("jvm_memory_used_bytes", "jvm_threads_live_threads",
                    "jvm_gc_memory_allocated_bytes_total", "process_cpu_usage", "process_files_open_files",
                    "process_files_max_files", "process_start_time_seconds", "process_resident_memory_bytes",
                    "jvm_info");
            assertThat(scrape.sum("process_resident_memory_bytes")).isGreaterThan(10_000_000);
            assertThat(scrape.sum("vipgate_event_loop_lag_seconds")).isBetween(0.0, 60.0);
            assertThat(scrape.samples().keySet().stream().filter(each -> each.name().contains("loop_lag"))).hasSize(2);
        }
    }

    @Test
    void theDocumentHasThemAllWithTypesAndLabels() throws Exception {
        String document = Files.readString(Path.of("docs/observability.md"));
        String table = document.substring(document.indexOf("<!-- metrics:begin -->"),
                document.indexOf("<!-- metrics:end -->"));
        Map<String, String> documented = new TreeMap<>();
        // | `name` | type, unit | labels | what it tells |
        Pattern.compile("(?m)^\\| `(vipgate_\\w+)` \\| (\\w+)[^|]* \\| ?([\\w, ]*)\\|").matcher(table).results()
                .forEach(row -> documented.put(row.group(1), (row.group(2) + " " + Stream
                        .of(row.group(3).strip().split(", ", -1)).sorted().collect(Collectors.joining(" "))).strip()));

        Map<String, String> all = new TreeMap<>(FAMILIES);
        // What is told only where it is known.
        all.put("vipgate_endpoint_pair_co_located", "gauge endpoint other pool");
        all.put("vipgate_operator_states_kept", "gauge");
        assertThat(documented).isEqualTo(all);
    }

    @Test
    void theDocumentHasEveryReasonAndResult() throws Exception {
        assertReasons(REFUSED, RefuseReason.values(), RefuseReason::label);
        assertReasons(CLOSED, CloseReason.values(), CloseReason::label);
        assertReasons(FAILURES, ConnectFailure.values(), ConnectFailure::label);
        assertReasons("vipgate_pool_hedges_total", HedgeResult.values(), HedgeResult::label);
        assertReasons("vipgate_probe_total", ProbeResult.Outcome.values(), ProbeResult.Outcome::label);
    }

    private static <E> void assertReasons(String metric, E[] values, Function<E, String> label) throws Exception {
        String row = Files.readString(Path.of("docs/observability.md")).lines()
                .filter(line -> line.startsWith("| `" + metric + "` |")).findFirst().orElseThrow();
        Set<String> documented = Pattern.compile("`([a-z_]+)`").matcher(row.substring(metric.length() + 4)).results()
                .map(found -> found.group(1)).collect(Collectors.toSet());

        assertThat(documented).as("docs/observability.md: %s", metric)
                .isEqualTo(Stream.of(values).map(label).collect(Collectors.toSet()));
    }

    @Test
    void openMetricsIsGivenToWhoeverAsksForIt() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", echo).more(SERVED).start()) {
            int port = gateway.server().checkPort().orElseThrow();
            HttpResponse<String> text = Scrape.get(port);
            HttpResponse<String> open = Scrape.get(port, "Accept",
                    "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1");

            assertThat(text.headers().firstValueAsLong("Content-Length"))
                    .hasValue(text.body().getBytes(StandardCharsets.UTF_8).length);
            assertThat(text.headers().firstValue("Content-Type")).hasValue("text/plain; version=0.0.4; charset=utf-8");
            assertThat(text.body()).contains("# TYPE vipgate_listener_connections_total counter\n")
                    .contains("# TYPE vipgate_listener_connections gauge\n").doesNotContain("# EOF");
            assertThat(Scrape.get(port, "Accept-Encoding", "gzip").headers().firstValue("Content-Encoding"))
                    .hasValue("gzip");
            assertThat(open.headers().firstValue("Content-Type"))
                    .hasValue("application/openmetrics-text; version=1.0.0; charset=utf-8");
            assertThat(open.body()).contains("# TYPE vipgate_listener_refused counter\n")
                    .contains("# TYPE vipgate_listener_connections_total unknown\n").endsWith("# EOF\n");
        }
    }
}
