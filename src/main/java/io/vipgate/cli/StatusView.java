package io.vipgate.cli;

import io.vipgate.json.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The status as tables.
 *
 * <p>Immutable.
 */
final class StatusView {
    private final Json status;
    private final AnsiStyle style;
    private final Instant now;

    StatusView(Json status, AnsiStyle style, Instant now) {
        this.status = status;
        this.style = style;
        this.now = now;
    }

    /** One line about the gateway, and what it lacks. */
    List<String> head() {
        List<String> lines = new ArrayList<>();
        String state = status.at("ready").isTrue() ? style.green("ready") : style.red("not ready");
        lines.add("vipgate " + status.at("version").text() + ", pid " + status.at("pid").text() + ", up "
                + Format.since(status.at("startedAt"), now) + ": " + state + "; " + status.at("openRelays").text()
                + " open relays (room for " + status.at("mostRelays").text() + "), " + status.at("eventLoops").text()
                + " event loops");
        status.at("reasons").list()
                .forEach(reason -> lines.add(style.red("not ready: " + Format.clean(reason.text()))));
        if (status.at("silentLoops").number() > 0) {
            lines.add(style.red(
                    status.at("silentLoops").text() + " event loops are too busy to answer; their counts are old"));
        }
        status.at("needRestart").list()
                .forEach(change -> lines
                        .add(style.yellow("takes effect at the next start: " + Format.clean(change.text()))));
        return lines;
    }

    List<String> listeners() {
        Table table = new Table(style, "LISTENER", "ADDRESS", "POOL", "CONNECTIONS", "OF", "ACCEPTED/S", "ACCEPTED",
                "REFUSED");
        for (Json listener : status.at("listeners").list()) {
            table.row(listener.at("name").text(),
                    listener.at("addresses").list().stream().map(Json::text).collect(Collectors.joining(", ")),
                    listener.at("pool").text(), listener.at("connections").text(), listener.at("maxConnections").text(),
                    Format.rate(listener.at("acceptedPerSecond").number()), listener.at("accepted").text(),
                    listener.at("refused").text());
        }
        return table.lines();
    }

    List<String> endpoints() {
        Table table = new Table(style, "ENDPOINT", "ADDRESS", "STATE", "HEALTH", "SINCE", "WEIGHT", "CONNECTIONS",
                "SHARE",
                "NEW/S", "FAILED/S", "IN/S", "OUT/S", "LAST PROBE", "NOT AS IN THE FILE");
        for (Json pool : status.at("pools").list()) {
            for (Json endpoint : pool.at("endpoints").list()) {
                table.row(pool.at("name").text() + "/" + endpoint.at("label").text(), endpoint.at("address").text(),
                        style.verdict(endpoint.at("admin").text()),
                        style.verdict(endpoint.at("health").text())
                                + (endpoint.at("suspect").isTrue() ? style.yellow(" suspect") : ""),
                        Format.since(endpoint.at("healthSince"), now),
                        endpoint.at("weight").text() + (endpoint.at("backup").isTrue() ? " backup" : ""),
                        endpoint.at("connections").text(), Format.percent(endpoint.at("share")),
                        Format.rate(endpoint.at("connectionsPerSecond").number()),
                        failures(endpoint.at("failuresPerSecond").number()),
                        Format.bytes(endpoint.at("bytesToBackendPerSecond").number()),
                        Format.bytes(endpoint.at("bytesToClientPerSecond").number()), probe(endpoint.at("lastProbe")),
                        style.yellow(endpoint.at("differs").list().stream().map(Json::text)
                                .collect(Collectors.joining(", "))));
            }
        }
        return table.lines();
    }

    private String failures(double perSecond) {
        return perSecond == 0 ? "0" : style.red(Format.rate(perSecond));
    }

    private String probe(Json probe) {
        if (probe.isAbsent()) {
            return "";
        }
        String cause = probe.at("result").text().equals("pass")
                ? ""
                : " (" + Format.clean(probe.at("cause").text()) + ")";
        return style.verdict(probe.at("result").text()) + cause + " in " + probe.at("millis").text() + " ms, "
                + Format.since(probe.at("at"), now) + " ago";
    }

    /** What else is to be known of a pool. */
    List<String> notes() {
        List<String> lines = new ArrayList<>();
        for (Json pool : status.at("pools").list()) {
            Json pins = pool.at("pins");
            if (!pins.isAbsent()) {
                lines.add("pool " + pool.at("name").text() + ": " + pins.at("count").text() + " pins, "
                        + pins.at("moves").text() + " moved, " + pins.at("evictions").text() + " evicted");
            }
            for (Json machine : pool.at("sharedMachines").list()) {
                lines.add(
                        style.yellow("pool " + pool.at("name").text() + ": one machine, " + machine.at("machine").text()
                                + ", answers for " + machine.at("endpoints").list().stream().map(Json::text)
                                        .collect(Collectors.joining(", "))));
            }
        }
        return lines;
    }

    /**
     * What happened last, newest first.
     *
     * @param most lines
     */
    List<String> events(int most) {
        return status.at("events").list().reversed().stream().limit(Math.max(0, most))
                .map(event -> style.dim(event.at("at").text()) + "  " + Format.clean(event.at("text").text())).toList();
    }
}
