package io.vipgate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipgate.json.Json;
import io.vipgate.json.JsonParser;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a person reads. */
class ViewsTest {
    private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
    private static final String STATUS = """
            {"version": "1", "pid": 7, "startedAt": "2026-11-25T10:30:00Z", "ready": false, "reasons": ["shutting down"],
             "eventLoops": 2, "openRelays": 3, "maxRelays": 100, "ratesOverSeconds": 10, "needRestart": ["admin.bind: a -> b"],
             "stateFileProblem": "/s can't be read: \\u001bdenied",
             "listeners": [{"name": "web", "addresses": ["192.0.2.1:80"], "pool": "nginx", "connections": 3,
               "maxConnections": 50, "accepted": 1200, "refused": 0, "acceptedPerSecond": 12.3}],
             "pools": [{"name": "nginx", "endpoints": [
               {"name": "vip1", "label": "vip1", "address": "198.51.100.1:80", "admin": "ready", "health": "down",
                "healthSince": "2026-11-25T11:59:51Z", "suspect": false, "weight": 1, "connections": 0, "share": null,
                "failuresPerSecond": 2, "bytesToClientPerSecond": 0, "lastProbe": {"result": "fail", "cause": "bad\\u001b[31m",
                "millis": 0.4, "at": "2026-11-25T11:59:59Z"}, "overrides": []},
               {"name": "vip2", "label": "vip2", "address": "198.51.100.2:80", "admin": "drain", "health": "up",
                "healthSince": null, "suspect": true, "weight": 10, "backup": true, "connections": 3, "share": 1,
                "connectionsPerSecond": 12.3, "bytesToClientPerSecond": 1234567, "probed": false, "lastProbe": null,
                "overrides": ["state: drain"]}]}],
             "events": [{"at": "2026-11-25T11:00:00Z", "text": "first"}, {"at": "2026-11-25T11:30:00Z", "text": "second"}]}
            """;

    private static Json status() throws Exception {
        return JsonParser.parse(STATUS.strip());
    }

    @Test
    void numbersAreShortAndCarryUnits() {
        assertThat(List.of(Format.bytes(0), Format.bytes(999), Format.bytes(1000), Format.bytes(1_234_567),
                Format.bytes(123_456_789), Format.bytes(5e18)))
                .containsExactly("0 B", "999 B", "1.0 kB", "1.2 MB", "123 MB", "5000 PB");
        assertThat(List.of(Format.duration(Duration.ofMillis(8540)), Format.duration(Duration.ofSeconds(59)),
                Format.duration(Duration.ofSeconds(600)), Format.duration(Duration.ofMinutes(192)),
                Format.duration(Duration.ofHours(50)), Format.duration(Duration.ofSeconds(-5))))
                .containsExactly("8.5 s", "59 s", "10 min", "3 h 12 min", "2 d 2 h", "0.0 s");
        assertThat(List.of(Format.rate(0), Format.rate(0.04), Format.rate(12.34), Format.rate(512.6)))
                .containsExactly("0", "0.0", "12.3", "513");
    }

    @Test
    void timesAreThoseOfTheGatewaysClock() throws Exception {
        assertThat(Format.toldAt(JsonParser.parse("{\"at\": \"2001-02-03T04:05:06.789Z\"}")))
                .isEqualTo(Instant.parse("2001-02-03T04:05:06.789Z"));
        assertThat(Format.toldAt(JsonParser.parse("{\"at\": \"now\"}"))).isAfter(NOW);
    }

    @Test
    void columnsAreAlignedWithAndWithoutColours() {
        for (AnsiStyle style : List.of(new AnsiStyle(false), new AnsiStyle(true))) {
            Table table = new Table(style, "A", "EMPTY", "LONGER", "C");
            table.row(style.green("aaaa"), "", "b", "c");
            table.row("a", "", style.red("bbbbbbbb"), "c");
            List<String> plain = table.lines().stream().map(line -> line.replaceAll("\u001b\\[[0-9]*m", "")).toList();
            assertThat(plain).containsExactly("A     LONGER    C", "aaaa  b         c", "a     bbbbbbbb  c");
            assertThatThrownBy(() -> table.row("one")).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void statusTellsWhatMattersAndPrintsNoForeignEscapes() throws Exception {
        StatusView view = new StatusView(status(), new AnsiStyle(false), NOW);
        assertThat(view.head()).containsExactly(
                "vipgate 1, pid 7, up 1 h 30 min: not ready; 3 open relays (room for 100), 2 event loops",
                "not ready: shutting down", "requires a restart: admin.bind: a -> b",
                "operator states are not kept: stateFile /s can't be read: ?denied");
        assertThat(String.join("\n", view.endpoints())).doesNotContain("\u001b")
                .contains("nginx/vip1  198.51.100.1:80  ready  down        9.0 s",
                        "fail (bad?[31m) in 0.4 ms, 1.0 s ago",
                        "up suspect", "10 backup", "100 %", "1.2 MB", "state: drain");
        assertThat(view.events(1)).containsExactly("2026-11-25T11:30:00Z  second");
    }

    private static List<String> notes(String rebalance) throws Exception {
        return new StatusView(JsonParser.parse("{\"pools\": [{\"name\": \"a\", \"sharedMachines\": [], \"rebalance\": {"
                + "\"aim\": \"shares\", \"skew\": 1.2, " + rebalance + "}}]}"), new AnsiStyle(false), NOW).notes();
    }

    @Test
    void statusSaysHowFarRebalancingIs() throws Exception {
        assertThat(notes("\"state\": \"running\", \"closed\": 120, \"left\": 860, \"leftSeconds\": 43"))
                .containsExactly("pool a: rebalancing: 120 of 980 closed, 43 s left");
        assertThat(notes("\"state\": \"running\", \"why\": \"nothing is idle\", \"closed\": 1, \"left\": 1"))
                .containsExactly("pool a: rebalancing: 1 of 2 closed, nothing is idle");
        assertThat(notes("\"state\": \"waiting\", \"why\": \"endpoint b is suspect\", \"closed\": 0, \"left\": 9"))
                .containsExactly("pool a: rebalancing waits: endpoint b is suspect");
        assertThat(notes("\"state\": \"stopped\", \"why\": \"an operator stopped it\", \"closed\": 0, \"left\": 0"))
                .containsExactly("pool a: rebalancing has stopped: an operator stopped it");
        assertThat(notes("\"state\": \"watching\", \"closed\": 0, \"left\": 0")).isEmpty();
    }

    @Test
    void rebalancingSaysWhatItCloses() throws Exception {
        String one = """
                {"dryRun": true, "aim": "shares", "relays": 4000, "close": 412, "seconds": 21, "endpoints": [
                  {"label": "vip1", "relays": 2000, "close": 412, "idle": 412}]}""";
        assertThat(RebalanceCommand.lines(JsonParser.parse(one)))
                .containsExactly("would close 412 of 2,000 relays at vip1 in 21 s");
        assertThat(RebalanceCommand.lines(JsonParser
                .parse("""
                        {"dryRun": false, "aim": "homes", "relays": 90, "close": 31, "seconds": 31, "endpoints": [
                          {"label": "b", "relays": 40, "close": 11, "idle": 3}, {"label": "c", "relays": 50, "close": 20, "idle": 20}]}""")))
                .containsExactly("closing 11 of 40 relays at b, of which 3 are idle now",
                        "closing 20 of 50 relays at c",
                        "closing 31 of 90 relays in 31 s");
        assertThat(
                RebalanceCommand.lines(JsonParser.parse("{\"dryRun\": true, \"aim\": \"homes\", \"endpoints\": []}")))
                .singleElement().asString().startsWith("nothing to close: ");
    }

    @Test
    void statusSaysWhetherClientsAddressesAreUsed() throws Exception {
        Json used = JsonParser.parse("""
                {"pools": [{"name": "a", "clientAddress": {"mode": "prefer", "permitted": true, "noReturn":
                    [{"endpoint": "vip1", "nextTry": "2026-11-25T12:00:30Z"}]}},
                  {"name": "b", "clientAddress": {"mode": "require", "permitted": false, "noReturn": []}},
                  {"name": "c"}]}""");

        assertThat(new StatusView(used, new AnsiStyle(false), NOW).notes()).containsExactly(
                "pool a: clients' addresses are used towards endpoints",
                "pool a: replies of vip1 to clients' addresses do not come back; the gateway's own address is used for it, "
                        + "the next try is in 30 s",
                "pool b: clients are refused, the process may not connect from their addresses");
    }

    @Test
    void theLiveViewFitsItsTerminal() throws Exception {
        for (int rows : new int[]{1, 5, 12, 40}) {
            for (int columns : new int[]{1, 20, 80, 300}) {
                List<String> lines = TopScreen.lines(status(), new AnsiStyle(true), NOW, "it is away", rows, columns);
                assertThat(lines).hasSizeLessThan(Math.max(2, rows));
                assertThat(lines).allMatch(line -> Table.width(line) <= columns);
            }
        }
        List<String> lines = TopScreen.lines(status(), new AnsiStyle(false), NOW, "", 40, 300);
        assertThat(lines).contains("12.3 clients/s, 0 B/s in, 1.2 MB/s out, over the last 10 s; q ends", "LAST EVENTS");
        assertThat(lines.getLast()).endsWith("first");
    }

    @Test
    void anEmptyAnswerBreaksNothing() {
        Json nothing = Json.object().build();
        assertThat(TopScreen.lines(nothing, new AnsiStyle(false), NOW, "", 24, 80)).isNotEmpty();
    }
}
