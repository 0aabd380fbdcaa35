package io.vipgate.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.admin.http.HeapShare;
import io.vipgate.neighbour.CoLocation;
import io.vipgate.neighbour.CoLocations;
import io.vipgate.pool.AdminState;
import io.vipgate.pool.ConnectionLimit;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Health;
import io.vipgate.pool.PoolSnapshot;
import io.vipgate.probe.HealthCounts;
import io.vipgate.probe.ProbeResult;
import io.vipgate.relay.LoopCounts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GatewayMetricsTest {
    private static final ReloadStats RELOADS = new ReloadStats(3, 1, Instant.ofEpochMilli(1_500));

    private static PoolSnapshot.Member member(String name, String address, EndpointState state) {
        return new PoolSnapshot.Member(Endpoint.ofHost(name, new InetSocketAddress(InetAddress.ofLiteral(address), 80),
                address, new ConnectionLimit(0)), state);
    }

    private static EndpointState state(Health health) {
        return EndpointState.initial(5, false).toHealth(health);
    }

    private static EndpointStats endpoint(String name, HealthCounts health, PoolSnapshot.Member... members) {
        return new EndpointStats(name, List.of(members), EndpointState.initial(7, false), false, true, false, health);
    }

    private static String scrape(PoolStats... pools) {
        GatewayStats numbers = new GatewayStats(new LoopCounts(), Map.of("web", Set.of("nginx")), Map.of(),
                List.of(pools),
                RELOADS,
                List.of(0L, 2_000_000_000L), OptionalLong.of(4), 6, 7, 8, Set.of("web"), Map.of("web", 9L),
                true, Optional.of(false));
        try (GatewayMetrics metrics = new GatewayMetrics(() -> numbers, "1.0", "4.2", HeapShare.ofThisProcess())) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            metrics.scrape("").orElseThrow().plain().writeTo(out);
            return out.toString(StandardCharsets.UTF_8);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static PoolStats pool(boolean isProbed, EndpointStats... endpoints) {
        List<EndpointStats> each = Arrays.stream(endpoints).map(endpoint -> new EndpointStats(endpoint.name(),
                endpoint.members(), endpoint.configured(), endpoint.isDraining(), isProbed,
                endpoint.isConnectingBounded(), endpoint.health()))
                .toList();
        return new PoolStats("nginx", each, Optional.empty(), Optional.empty(), OptionalDouble.empty(), 1,
                CoLocation.NOTHING);
    }

    @Test
    void whatBelongsToNoPoolIsTold() {
        assertThat(scrape()).contains("\nvipgate_listener_overflows_total 4.0\n",
                "\nvipgate_access_log_dropped_total 6.0\n",
                "\nvipgate_log_dropped_total 7.0\n",
                "\nvipgate_operator_states_kept 0.0\n", "\nvipgate_blocks 8.0\n",
                "\nvipgate_config_reloads_total{result=\"ok\"} 3.0\n",
                "\nvipgate_config_reloads_total{result=\"rejected\"} 1.0\n",
                "\nvipgate_config_last_reload_success_timestamp_seconds 1.5\n",
                "\nvipgate_event_loop_lag_seconds{loop=\"1\"} 2.0\n",
                "\nvipgate_build_info{java=\"" + Runtime.version() + "\",netty=\"4.2\",version=\"1.0\"} 1\n");
    }

    @Test
    void anEndpointIsUpWhileOneOfItsAddressesIsAndKeepsItsWeightWhateverTheirNumber() {
        EndpointStats web = endpoint("web", new HealthCounts(), member("web", "192.0.2.1", state(Health.DOWN)),
                member("web", "192.0.2.2", state(Health.UP).toSuspect(true)));

        assertThat(scrape(pool(false, web))).contains(
                "\nvipgate_endpoint_up{endpoint=\"web\",pool=\"nginx\"} 1.0\n",
                "\nvipgate_endpoint_suspect{endpoint=\"web\",pool=\"nginx\"} 1.0\n",
                "\nvipgate_endpoint_weight{endpoint=\"web\",pool=\"nginx\"} 5.0\n");
    }

    @Test
    void anEndpointWhoseNameHasNoAddressIsNotUp() {
        assertThat(scrape(pool(false, endpoint("web", new HealthCounts())))).contains(
                "\nvipgate_endpoint_up{endpoint=\"web\",pool=\"nginx\"} 0.0\n",
                "\nvipgate_endpoint_weight{endpoint=\"web\",pool=\"nginx\"} 7.0\n",
                "\nvipgate_endpoint_connections{endpoint=\"web\",pool=\"nginx\"} 0.0\n");
    }

    @Test
    void exactlyOneAdminStateIsSet() {
        EndpointState drained = state(Health.UP).toAdmin(AdminState.DRAIN, 1);

        assertThat(scrape(pool(false, endpoint("a", new HealthCounts(), member("a", "192.0.2.1", drained))))).contains(
                "\nvipgate_endpoint_admin_state{endpoint=\"a\",pool=\"nginx\",state=\"ready\"} 0.0\n",
                "\nvipgate_endpoint_admin_state{endpoint=\"a\",pool=\"nginx\",state=\"drain\"} 1.0\n",
                "\nvipgate_endpoint_admin_state{endpoint=\"a\",pool=\"nginx\",state=\"maint\"} 0.0\n");
    }

    @Test
    void probesHaveBucketsForResultsThatOccurred() {
        HealthCounts health = new HealthCounts();
        health.onProbed(ProbeResult.Outcome.PASS, 700_000);
        health.onProbed(ProbeResult.Outcome.PASS, 900_000_000);
        health.onTransition(true);

        assertThat(scrape(pool(true, endpoint("a", health)))).contains(
                "\nvipgate_probe_total{endpoint=\"a\",pool=\"nginx\",result=\"pass\"} 2.0\n",
                "\nvipgate_probe_total{endpoint=\"a\",pool=\"nginx\",result=\"inconclusive\"} 0.0\n",
                "\nvipgate_probe_seconds_bucket{endpoint=\"a\",pool=\"nginx\",result=\"pass\",le=\"0.001\"} 1\n",
                "\nvipgate_probe_seconds_bucket{endpoint=\"a\",pool=\"nginx\",result=\"pass\",le=\"0.5\"} 1\n",
                "\nvipgate_probe_seconds_bucket{endpoint=\"a\",pool=\"nginx\",result=\"pass\",le=\"1.0\"} 2\n",
                "\nvipgate_probe_seconds_count{endpoint=\"a\",pool=\"nginx\",result=\"pass\"} 2\n",
                "\nvipgate_endpoint_transitions_total{endpoint=\"a\",pool=\"nginx\",to=\"up\"} 1.0\n")
                .doesNotContain("vipgate_probe_seconds_bucket{endpoint=\"a\",pool=\"nginx\",result=\"fail\"");
    }

    private static CoLocations.Answered answered(EndpointStats endpoint, int address, String mac) {
        return new CoLocations.Answered(endpoint.members().get(address).endpoint(), mac);
    }

    @Test
    void pairsOfEndpointsAreToldByNameWhileItIsKnownWhoAnswers() {
        EndpointStats a = endpoint("a", new HealthCounts(), member("a", "192.0.2.1", state(Health.UP)));
        EndpointStats b = endpoint("b", new HealthCounts(), member("b", "192.0.2.2", state(Health.UP)),
                member("b", "192.0.2.3", state(Health.UP)));
        EndpointStats c = endpoint("c", new HealthCounts(), member("c", "192.0.2.4", state(Health.UP)));
        EndpointStats unknown = endpoint("d", new HealthCounts(), member("d", "192.0.2.5", state(Health.UP)));
        EndpointStats gone = endpoint("e", new HealthCounts(), member("e", "192.0.2.6", state(Health.UP)));
        CoLocation found = CoLocations.of(answered(a, 0, "02000000000a"), answered(b, 0, "02000000000b"),
                answered(b, 1, "02000000000a"), answered(c, 0, "02000000000c"), answered(unknown, 0, ""),
                answered(gone, 0, "02000000000a"));

        String page = scrape(
                new PoolStats("nginx", List.of(a, b, c, unknown), Optional.empty(), Optional.empty(),
                        OptionalDouble.empty(), 1, found));

        assertThat(page.lines().filter(line -> line.startsWith("vipgate_endpoint_pair"))).containsExactlyInAnyOrder(
                "vipgate_endpoint_pair_co_located{endpoint=\"a\",other=\"b\",pool=\"nginx\"} 1.0",
                "vipgate_endpoint_pair_co_located{endpoint=\"a\",other=\"c\",pool=\"nginx\"} 0.0",
                "vipgate_endpoint_pair_co_located{endpoint=\"b\",other=\"c\",pool=\"nginx\"} 0.0");
    }

    @Test
    void aPoolThatDoesNotProbeNorPinHasNoSeriesOfThat() {
        assertThat(scrape(pool(false, endpoint("a", new HealthCounts())))).doesNotContain("vipgate_probe")
                .doesNotContain("vipgate_pin").doesNotContain("co_located");
    }
}
