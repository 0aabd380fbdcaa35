package io.vipgate.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The commands and the page read no member that is not there. By convention what they have been told stands in variables of
 * fixed names, each of which means one record in one file; a variable that is not listed here fails the test.
 */
class KeysTest {
    private static final Path COMMANDS = Path.of("src/main/java/io/vipgate/cli");
    private static final Path PAGE = Path.of("src/main/resources/io/vipgate/admin/page");
    private static final Pattern READ_BY_COMMAND = Pattern.compile("(\\w*)\\)*\\s*\\.get\\(\"(\\w+)\"\\)");
    /** Overlapping, since {@code pool.pins.count} is two of them. */
    private static final Pattern READ_BY_PAGE = Pattern
            .compile(
                    "(?=(?<!document\\.)\\b(status|listener|pool|endpoint|probe|pins|connect|budget|chunk|body|block|rebalance|forecast)\\??\\.(\\w+))");
    private static final Pattern EVENT = Pattern.compile("\\bevent\\.(\\w+)");
    private static final Pattern COLUMN = Pattern.compile("\\.(listener|endpoint)\\([^()]*\\)\\?\\.(\\w+)");
    private static final Pattern RATE = Pattern.compile("\"(\\w+PerSecond)\"");
    private static final Pattern MACHINE = Pattern.compile("sharedMachines\\.map\\(\\(\\{ ([^}]*) }");
    private static final Pattern COMMENT = Pattern.compile("(?s)/\\*.*?\\*/|(?m)^\\s*//[^\n]*");

    private static final String STATUS = "GatewayStatus";
    private static final String EVENTS = "GatewayStatus$Event";
    private static final String LISTENER = "ListenerStatus";
    private static final String TLS = "TlsRoutingStatus";
    private static final String POOL = "PoolStatus";
    private static final String CONNECT = "ConnectStatus";
    private static final String PINS = "PoolStatus$Pins";
    private static final String ENDPOINT = "EndpointStatus";
    private static final String PROBE = "EndpointStatus$LastProbe";

    private static final Map<String, Map<String, String>> BY_COMMAND = Map.ofEntries(
            Map.entry("AdminClient", Map.of("json", "ErrorAnswer")),
            Map.entry("BlockCommand", Map.of("done", "BlockedNetwork", "block", "BlockList$Entry")),
            Map.entry("BlocksCommand", Map.of("page", "BlockList", "block", "BlockList$Entry")),
            Map.entry("CloseCommand", Map.of("done", "ClosedRelays")),
            Map.entry("EndpointCommand", Map.of("done", "EndpointAddresses", "address", ENDPOINT)),
            Map.entry("ListenerCommand", Map.of("done", LISTENER)),
            Map.entry("ExplainCommand",
                    Map.of("answer", "Explanation", "choice", "Explanation$Choice", "pin", "Explanation$Pin",
                            "candidate",
                            "Explanation$Candidate", "verdict", "Explanation$Verdict")),
            Map.entry("RebalanceCommand",
                    Map.of("done", "RebalanceResult", "end", "RebalanceStop", "giver", "RebalanceResult$Giver")),
            Map.entry("RelaysCommand", Map.of("page", "RelayList", "relay", "RelayList$Entry")),
            Map.entry("ReloadCommand", Map.of("done", "ReloadResult")),
            Map.entry("RollbackCommand",
                    Map.of("done", "ReloadResult", "answer", "ConfigList", "held", "ConfigList$Entry")),
            Map.entry("StandbyCommand", Map.of("done", "StandbyState")),
            Map.entry("SourcesCommand", Map.of("answer", "SourceList", "source", "SourceList$Entry")),
            Map.entry("StatusView",
                    Map.ofEntries(Map.entry("status", STATUS), Map.entry("listener", LISTENER), Map.entry("tls", TLS),
                            Map.entry("pool", POOL), Map.entry("pins", PINS), Map.entry("endpoint", ENDPOINT),
                            Map.entry("probe", PROBE), Map.entry("machine", "PoolStatus$SharedMachine"),
                            Map.entry("clients", "PoolStatus$ClientAddress"), Map.entry("lost", "PoolStatus$NoReturn"),
                            Map.entry("connect", CONNECT), Map.entry("budget", "ConnectStatus$Budget"),
                            Map.entry("event", EVENTS), Map.entry("rebalance", "PoolStatus$Rebalance"),
                            Map.entry("blocks", "GatewayStatus$BlockCount"))),
            Map.entry("Format", Map.of("status", STATUS)),
            Map.entry("TopScreen", Map.of("status", STATUS, "listener", LISTENER, "pool", POOL, "endpoint", ENDPOINT)));

    private static final Map<String, Map<String, String>> BY_PAGE = Map.of("main.js",
            Map.of("status", STATUS, "pool", POOL, "endpoint", ENDPOINT, "connect", CONNECT, "budget",
                    "ConnectStatus$Budget"),
            "tables.js",
            Map.of("status", STATUS, "listener", LISTENER, "tls", TLS, "pool", POOL, "pins", PINS, "endpoint", ENDPOINT,
                    "probe", PROBE, "connect", CONNECT, "budget", "ConnectStatus$Budget"),
            "controls.js", Map.of("pool", POOL, "endpoint", ENDPOINT), "history.js",
            Map.of("chunk", "HistoryAnswer", "listener", "HistoryAnswer$Listener", "endpoint",
                    "HistoryAnswer$Endpoint"),
            "blocks.js", Map.of("status", STATUS, "body", "BlockList", "block", "BlockList$Entry"),
            "homing.js", Map.of("rebalance", "PoolStatus$Rebalance", "forecast", "RebalanceResult"), "calls.js",
            Map.of("body", "ErrorAnswer"));

    private static Set<String> keys(String name) {
        try {
            return new TreeSet<>(Stream.of(Class.forName("io.vipgate.admin.model." + name).getRecordComponents())
                    .map(RecordComponent::getName).toList());
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Path> files(Path folder, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
        }
    }

    private static List<MatchResult> matches(Pattern pattern, String text) {
        return pattern.matcher(text).results().toList();
    }

    @Test
    void commandsReadWhatIsThere() throws IOException {
        int seen = 0;
        List<String> wrong = new ArrayList<>();
        for (Path file : files(COMMANDS, ".java")) {
            String name = file.getFileName().toString().replace(".java", "");
            for (MatchResult read : matches(READ_BY_COMMAND, Files.readString(file))) {
                seen++;
                String record = BY_COMMAND.getOrDefault(name, Map.of()).get(read.group(1));
                if (record == null || !keys(record).contains(read.group(2))) {
                    wrong.add(name + ": " + read.group());
                }
            }
        }
        assertThat(wrong).as("members that commands read and nobody writes").isEmpty();
        assertThat(seen).isGreaterThan(80);
    }

    @Test
    void thePageReadsWhatIsThere() throws IOException {
        int seen = 0;
        List<String> wrong = new ArrayList<>();
        for (Path file : files(PAGE, ".js")) {
            String name = file.getFileName().toString();
            String text = COMMENT.matcher(Files.readString(file)).replaceAll("");
            for (MatchResult read : matches(READ_BY_PAGE, text)) {
                // The demo's own answers, and whether this is one.
                if (!name.equals("demo.js")) {
                    seen++;
                    String record = BY_PAGE.getOrDefault(name, Map.of()).get(read.group(1));
                    if (record == null || !keys(record).contains(read.group(2))) {
                        wrong.add(name + ": " + read.group(1) + "." + read.group(2));
                    }
                }
            }
            for (MatchResult read : matches(COLUMN, text)) {
                seen++;
                if (!keys(read.group(1).equals("listener") ? "HistoryAnswer$Listener" : "HistoryAnswer$Endpoint")
                        .contains(read.group(2))) {
                    wrong.add(name + ": " + read.group());
                }
            }
            for (MatchResult read : matches(RATE, text)) {
                seen++;
                if (!keys(LISTENER).contains(read.group(1)) && !keys(ENDPOINT).contains(read.group(1))) {
                    wrong.add(name + ": " + read.group());
                }
            }
        }
        assertThat(wrong).as("members that the page reads and nobody writes").isEmpty();
        assertThat(seen).isGreaterThan(70);
    }

    @Test
    void eventsAndMachinesAreReadAsTheyAreWritten() throws IOException {
        String events = Files.readString(PAGE.resolve("events.js"));
        assertThat(events).contains("create({ at, text })");
        assertThat(matches(EVENT, events)).extracting(read -> read.group(1)).isSubsetOf(keys(EVENTS)).isNotEmpty();
        List<MatchResult> machines = matches(MACHINE, Files.readString(PAGE.resolve("main.js")));
        assertThat(machines).hasSize(1);
        assertThat(machines.getFirst().group(1).split(", ", -1)).isSubsetOf(keys("PoolStatus$SharedMachine"));
    }
}
