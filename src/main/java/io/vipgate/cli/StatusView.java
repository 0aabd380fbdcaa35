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
        String state = status.get("ready").isTrue() ? style.green("ready") : style.red("not ready");
        lines.add("vipgate " + status.get("version").text() + ", pid " + status.get("pid").text() + ", up "
                + Format.since(status.get("startedAt"), now) + ": " + state + "; " + status.get("openRelays").text()
                + " open relays (room for " + status.get("maxRelays").text() + "), " + status.get("eventLoops").text()
                + " event loops");
        status.get("reasons").list()
                .forEach(reason -> lines.add(style.red("not ready: " + Format.clean(reason.text()))));
        if (status.get("silentLoops").number() > 0) {
            lines.add(style.red(
                    status.get("silentLoops").text() + " event loops are too busy to answer; their counts are old"));
        }
        status.get("needRestart").list()
                .forEach(change -> lines
                        .add(style.yellow("requires a restart: " + Format.clean(change.text()))));
        if (!status.get("confirmBy").isNull()) {
            lines.add(style.yellow("the configuration goes back to the one before in "
                    + Format.until(status.get("confirmBy"), now) + ", unless it is confirmed"));
        }
        Json stateFile = status.get("stateFileProblem");
        if (!stateFile.isNull()) {
            lines.add(style.red("operator states are not kept: stateFile " + Format.clean(stateFile.text())));
        }
        Json blocks = status.get("blocks");
        if (blocks.get("count").number() > 0) {
            lines.add("blocks: " + blocks.get("count").text() + (blocks.get("nextEnd").isNull()
                    ? ""
                    : ", the next ends in " + Format.until(blocks.get("nextEnd"), now)));
        }
        return lines;
    }

    List<String> listeners() {
        Table table = new Table(style, "LISTENER", "ADDRESS", "POOL", "CONNECTIONS", "MAX", "KEPT", "ACCEPTED/S",
                "ACCEPTED",
                "REFUSED");
        for (Json listener : status.get("listeners").list()) {
            table.row(listener.get("name").text(),
                    listener.get("addresses").list().stream().map(Json::text).collect(Collectors.joining(", ")),
                    listener.get("pool").text(), listener.get("connections").text(),
                    listener.get("maxConnections").text(), listener.get("keptConnections").text(),
                    Format.rate(listener.get("acceptedPerSecond").number()), listener.get("accepted").text(),
                    listener.get("refused").text());
        }
        List<String> lines = new ArrayList<>(table.lines());
        for (Json listener : status.get("listeners").list()) {
            String name = "listener " + listener.get("name").text() + ": ";
            state(name, listener, lines);
            if (listener.get("waiting").number() > 0) {
                lines.add(name + listener.get("waiting").text()
                        + " of its connections wait for a PROXY header or a ClientHello");
            }
            Json tls = listener.get("tls");
            if (!tls.isNull()) {
                byReason(name + "led by ", tls.get("hellosBy"), lines);
            }
            byReason(name + "refused: ", listener.get("refusedBy"), lines);
            byReason(name + "a dry run would have refused: ", listener.get("wouldRefuseBy"), lines);
        }
        return lines;
    }

    private void state(String name, Json listener, List<String> lines) {
        String state = listener.get("state").text();
        if (!state.equals("ready")) {
            String text = name + state + " for " + Format.since(listener.get("stateSince"), now);
            lines.add(state.equals("paused")
                    ? style.yellow(text + ", " + listener.get("queued").text() + " clients wait in the kernel's queue")
                    : style.red(text + ", clients are reset"));
        }
    }

    private static void byReason(String what, Json counts, List<String> lines) {
        String all = counts.entries().entrySet().stream()
                .map(entry -> Format.clean(entry.getKey()) + " " + entry.getValue().text())
                .collect(Collectors.joining(", "));
        if (!all.isEmpty()) {
            lines.add(what + all);
        }
    }

    List<String> endpoints() {
        Table table = new Table(style, "ENDPOINT", "ADDRESS", "STATE", "HEALTH", "SINCE", "WEIGHT", "CONNECTIONS",
                "SHARE",
                "NEW/S", "FAILED/S", "IN/S", "OUT/S", "LAST PROBE", "OVERRIDES");
        for (Json pool : status.get("pools").list()) {
            for (Json endpoint : pool.get("endpoints").list()) {
                table.row(pool.get("name").text() + "/" + endpoint.get("label").text(), endpoint.get("address").text(),
                        style.verdict(endpoint.get("admin").text()),
                        style.verdict(endpoint.get("health").text())
                                + (endpoint.get("suspect").isTrue() ? style.yellow(" suspect") : "")
                                + (endpoint.get("drainLeftSeconds").isNull()
                                        ? ""
                                        : style.yellow(" draining, "
                                                + Math.round(endpoint.get("drainLeftSeconds").number()) + " s left")),
                        Format.since(endpoint.get("healthSince"), now),
                        endpoint.get("weight").text() + (endpoint.get("backup").isTrue() ? " backup" : ""),
                        endpoint.get("connections").text(), Format.percent(endpoint.get("share")),
                        Format.rate(endpoint.get("connectionsPerSecond").number()),
                        failures(endpoint.get("failuresPerSecond").number()),
                        Format.bytes(endpoint.get("bytesToBackendPerSecond").number()),
                        Format.bytes(endpoint.get("bytesToClientPerSecond").number()), probe(endpoint),
                        style.yellow(endpoint.get("overrides").list().stream().map(Json::text)
                                .collect(Collectors.joining(", "))));
            }
        }
        return table.lines();
    }

    private String failures(double perSecond) {
        return perSecond == 0 ? "0" : style.red(Format.rate(perSecond));
    }

    private String probe(Json endpoint) {
        Json probe = endpoint.get("lastProbe");
        if (probe.isNull()) {
            Json isProbed = endpoint.get("probed");
            return isProbed.isNull() || isProbed.isTrue() ? "" : "not probed";
        }
        String cause = probe.get("result").text().equals("pass")
                ? ""
                : " (" + Format.clean(probe.get("cause").text()) + ")";
        return style.verdict(probe.get("result").text()) + cause + " in " + probe.get("millis").text() + " ms, "
                + Format.since(probe.get("at"), now) + " ago";
    }

    /** What else is to be known of a pool. */
    List<String> notes() {
        List<String> lines = new ArrayList<>();
        for (Json pool : status.get("pools").list()) {
            Json pins = pool.get("pins");
            if (!pins.isNull()) {
                lines.add("pool " + pool.get("name").text() + ": " + pins.get("count").text() + " pins, "
                        + pins.get("moves").text() + " moved, " + pins.get("evictions").text() + " evicted");
            }
            rebalance(pool, lines);
            clientAddress(pool, lines);
            connect(pool, lines);
            for (Json machine : pool.get("sharedMachines").list()) {
                lines.add(
                        style.yellow(
                                "pool " + pool.get("name").text() + ": one machine, " + machine.get("machine").text()
                                        + ", answers for " + machine.get("endpoints").list().stream().map(Json::text)
                                                .collect(Collectors.joining(", "))));
            }
        }
        return lines;
    }

    private void connect(Json pool, List<String> lines) {
        Json connect = pool.get("connect");
        if (connect.isNull()) {
            return;
        }
        String name = "pool " + pool.get("name").text() + ": ";
        if (!connect.get("hedgeDelayMillis").isNull()) {
            lines.add(name + "connects are hedged after " + connect.get("hedgeDelayMillis").text() + " ms"
                    + (connect.get("hedge").text().equals("auto") ? " (auto)" : "") + ", "
                    + budget(connect.get("hedges")) + " in the last 10 s");
        }
        byReason(name + "hedges: ", connect.get("hedgesBy"), lines);
        if (!connect.get("retries").isNull()) {
            lines.add(name + "retries " + budget(connect.get("retries")) + " in the last 10 s, "
                    + connect.get("retriesRefused").text() + " refused since the start");
        }
        connect.get("connecting").entries().forEach((endpoint, count) -> {
            if (count.number() > 0) {
                String text = name + Format.clean(endpoint) + " has " + count.text() + " of "
                        + connect.get("maxConnecting").text() + " connects under way";
                lines.add(count.number() < connect.get("maxConnecting").number()
                        ? text
                        : style.yellow(text + ", and is passed over"));
            }
        });
    }

    private String budget(Json budget) {
        if (budget.get("most").isNull()) {
            return budget.get("used").text();
        }
        String text = budget.get("used").text() + " of " + budget.get("most").text();
        return budget.get("used").number() < budget.get("most").number() ? text : style.yellow(text);
    }

    private void rebalance(Json pool, List<String> lines) {
        Json rebalance = pool.get("rebalance");
        String why = rebalance.get("why").isNull() ? "" : Format.clean(rebalance.get("why").text());
        String name = "pool " + pool.get("name").text() + ": ";
        long closed = (long) rebalance.get("closed").number();
        String done = closed + " of " + (closed + (long) rebalance.get("left").number()) + " closed";
        switch (rebalance.get("state").text()) {
            case "running" -> lines.add(style.yellow(name + "rebalancing: " + done
                    + (why.isEmpty() ? ", " + rebalance.get("leftSeconds").text() + " s left" : ", " + why)));
            case "waiting" -> lines.add(name + "rebalancing waits: " + why + (closed > 0 ? "; " + done : ""));
            case "stopped" -> lines.add(style.yellow(name + "rebalancing has stopped: " + why));
            default -> {
            }
        }
    }

    private void clientAddress(Json pool, List<String> lines) {
        Json clients = pool.get("clientAddress");
        if (clients.isNull()) {
            return;
        }
        String name = "pool " + pool.get("name").text() + ": ";
        boolean isRequired = clients.get("mode").text().equals("require");
        if (!clients.get("permitted").isTrue()) {
            lines.add(style.red(name + (isRequired
                    ? "clients are refused, the process may not connect from their addresses"
                    : "the gateway's own address is used, the process may not connect from clients'")));
            return;
        }
        lines.add(name + "clients' addresses are used towards endpoints");
        for (Json lost : clients.get("noReturn").list()) {
            lines.add(style.red(name + "replies of " + Format.clean(lost.get("endpoint").text())
                    + " to clients' addresses do not come back; "
                    + (isRequired ? "it is passed over" : "the gateway's own address is used for it")
                    + ", the next try is in " + Format.until(lost.get("nextTry"), now)));
        }
    }

    /**
     * What happened last, newest first.
     *
     * @param most lines
     */
    List<String> events(int most) {
        return status.get("events").list().reversed().stream().limit(Math.max(0, most))
                .map(event -> style.dim(event.get("at").text()) + "  " + Format.clean(event.get("text").text()))
                .toList();
    }
}
