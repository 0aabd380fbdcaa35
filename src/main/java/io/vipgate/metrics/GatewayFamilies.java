package io.vipgate.metrics;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Gives the gateway's numbers their names and labels, each time somebody scrapes. Only what the configuration names has
 * series, so that they are bounded, and gone when a reload removes what they are about.
 *
 * <p>Stateless.
 */
final class GatewayFamilies {
    private static final double SECONDS_PER_NANO = 1e-9;

    private GatewayFamilies() {}

    /** All families, by name. */
    static List<Family> of(GatewayStats numbers) {
        return Stream.of(new ListenerFamilies(numbers).families(), new EndpointFamilies(numbers).families(),
                new PoolFamilies(numbers).families(), machine(numbers)).flatMap(List::stream)
                .sorted(Comparator.comparing(Family::name)).toList();
    }

    /** What belongs to no listener and no pool. */
    private static List<Family> machine(GatewayStats numbers) {
        return List.of(
                Family.counter("vipgate_listener_overflows",
                        "Clients that found an accept queue full: the kernel's ListenOverflows, of all programs in this "
                                + "network namespace.",
                        series -> numbers.listenOverflows().ifPresent(series::add)),
                Family.counter("vipgate_access_log_dropped",
                        "Lines of the access log that were dropped, because it could not be written fast enough.",
                        series -> series.add(numbers.accessLogDropped())),
                Family.counter("vipgate_log_dropped",
                        "Lines of the gateway's own log that were dropped, because whoever reads it was too slow.",
                        series -> series.add(numbers.logDropped())),
                Family.gauge("vipgate_blocks", "Clients and networks that are blocked.",
                        series -> series.add(numbers.blocks())),
                Family.gauge("vipgate_standby", "Whether an operator has made the gateway stand by: /readyz says 503.",
                        series -> series.add(numbers.isStandby())),
                Family.gauge("vipgate_operator_states_kept",
                        "1 when what operators set is kept over a restart, 0 when the state file can't be read or written.",
                        series -> numbers.statesKept().ifPresent(series::add)),
                Family.counter("vipgate_relay_spliced_bytes",
                        "Bytes that were moved without being copied to user space.", series -> {
                            series.add(numbers.loops().splicedToClient(), "backend_to_client");
                            series.add(numbers.loops().splicedToBackend(), "client_to_backend");
                        }, "direction"),
                Family.counter("vipgate_config_reloads",
                        "Reloads of the configuration; a rejected one changes nothing.", series -> {
                            series.add(numbers.reloads().applied(), "ok");
                            series.add(numbers.reloads().rejected(), "rejected");
                        }, "result"),
                Family.gauge("vipgate_config_last_reload_success_timestamp_seconds",
                        "When the present configuration began to hold, at the start or by a reload (Unix time).",
                        series -> series.add(numbers.reloads().lastSuccess().toEpochMilli() / 1e3)),
                Family.gauge("vipgate_event_loop_lag_seconds",
                        "Longest time in the last 16 s that the loop let a task wait, asked once a second.",
                        series -> addLags(series, numbers.loopLagNanos()), "loop"));
    }

    private static void addLags(Series series, List<Long> nanos) {
        for (int i = 0; i < nanos.size(); i++) {
            series.add(nanos.get(i) * SECONDS_PER_NANO, String.valueOf(i));
        }
    }
}
