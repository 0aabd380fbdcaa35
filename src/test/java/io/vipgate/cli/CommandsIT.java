package io.vipgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.process.GatewayServer;
import io.vipgate.config.ConfigLoader;
import io.vipgate.config.Loaded;
import io.vipgate.json.JsonParser;
import io.vipgate.pool.AdminState;
import io.vipgate.process.Reloader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands against a gateway in this process. */
@Timeout(60)
final class CommandsIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    @SuppressWarnings("NullAway.Init") // set before each test
    private ServerSocket endpoint;
    @SuppressWarnings("NullAway.Init") // set before each test
    private GatewayServer server;

    private String yaml(String balance) {
        return """
                listeners: { web: { bind: "127.0.0.1:0", pool: nginx } }
                pools:
                  nginx:
                    balance: %s
                    probe: { type: none }
                    endpoints: { vip1: "127.0.0.1:%d" }
                admin: { bind: "127.0.0.1:0", tokenFile: %s }
                """.formatted(balance, endpoint.getLocalPort(), directory.resolve("token"));
    }

    @BeforeEach
    void start() throws Exception {
        endpoint = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        server = GatewayServer.start(((Loaded) ConfigLoader.parse("test",
                yaml("random").getBytes(StandardCharsets.UTF_8), Map.of())).config());
    }

    @AfterEach
    void end() throws Exception {
        server.close();
        endpoint.close();
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        CommandLine line = VipgateCommand.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(arguments);
    }

    /** Runs a command for the gateway of this test. */
    private int ask(String... arguments) {
        String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 4);
        List<String> more = List.of("--admin", "127.0.0.1:" + server.adminServer().orElseThrow().port(),
                "--token-file",
                directory.resolve("token").toString());
        for (int i = 0; i < 4; i++) {
            all[arguments.length + i] = more.get(i);
        }
        return run(all);
    }

    @Test
    void statusIsATableOrJson() throws Exception {
        assertThat(ask("status")).as(err.toString()).isZero();
        assertThat(out.toString()).contains("ready; 0 open relays").doesNotContain("\u001b");
        List<String> lines = out.toString().lines().toList();
        String title = lines.stream().filter(line -> line.startsWith("ENDPOINT")).findFirst().orElseThrow();
        String row = lines.stream().filter(line -> line.startsWith("nginx/vip1")).findFirst().orElseThrow();
        assertThat(row.indexOf("ready")).isEqualTo(title.indexOf("STATE"));
        assertThat(row.indexOf("unknown")).isEqualTo(title.indexOf("HEALTH"));

        assertThat(ask("status", "--json")).isZero();
        assertThat(JsonParser.parse(out.toString().strip()).get("pools").list()).hasSize(1);
    }

    @Test
    void statesAndWeights() {
        assertThat(ask("drain", "nginx/vip1")).as(err.toString()).isZero();
        assertThat(out.toString()).isEqualTo("nginx/vip1: drain, unknown, weight 1, 0 connections\n");
        assertThat(server.gateway().pool("nginx").snapshot().members().getFirst().state().admin())
                .isEqualTo(AdminState.DRAIN);
        assertThat(ask("maint", "nginx/vip1")).isZero();
        assertThat(ask("weight", "nginx/vip1", "9")).isZero();
        assertThat(ask("status")).isZero();
        assertThat(out.toString()).contains("state: maint, weight: 9 (file: 1)");
        assertThat(ask("ready", "nginx/vip1")).isZero();
        assertThat(out.toString()).isEqualTo("nginx/vip1: ready, unknown, weight 9, 0 connections\n");

        assertThat(ask("drain", "nginx/vip9")).isEqualTo(2);
        assertThat(err.toString())
                .isEqualTo("vipgate drain: endpoint: nginx/vip9 (expected: one of [vip1])\n");
        assertThat(ask("drain", "vip1")).isEqualTo(2);
        assertThat(ask("weight", "nginx/vip1", "300")).isEqualTo(2);
        assertThat(ask("weight", "nginx/vip1", "much")).isEqualTo(2);
        assertThat(ask("drain")).isEqualTo(2);
    }

    @Test
    void rebalancingIsAskedForAndStopped() {
        assertThat(ask("rebalance", "nginx", "--dry-run")).as(err.toString()).isZero();
        assertThat(out.toString()).startsWith("nothing to close: no endpoint has more");
        assertThat(ask("rebalance", "nginx", "--stop")).isZero();
        assertThat(out.toString()).isEqualTo("nothing was under way\n");
        assertThat(ask("standby")).isZero();
        assertThat(ask("rebalance", "nginx")).isNotZero();
        assertThat(err.toString()).isEqualTo(
                "vipgate rebalance: pool nginx can't be rebalanced now\n  the gateway stands by\n");

        assertThat(ask("rebalance", "none")).isEqualTo(2);
        assertThat(ask("rebalance", "nginx", "--stop", "--dry-run")).isEqualTo(2);
        assertThat(ask("rebalance")).isEqualTo(2);
    }

    @Test
    void listenersAreHeldAndMadeReady() throws Exception {
        assertThat(ask("pause", "web")).as(err.toString()).isZero();
        assertThat(out.toString()).isEqualTo("web: paused, 0 connections, 0 clients wait\n");
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.gateway().ports("web").getFirst())) {
            assertThat(client.isConnected()).isTrue();
            assertThat(ask("status")).isZero();
            assertThat(out.toString()).containsPattern(
                    "\nlistener web: paused for [0-9.]+ (ms|s), 1 clients wait in the kernel's queue\n");
            assertThat(ask("explain", "--listener", "web", "--client", "192.0.2.7")).isZero();
            assertThat(out.toString()).startsWith("""
                    192.0.2.7 at listener web would wait: the listener is paused
                    let in, it would get nginx/vip1: the only one that can be chosen
                    state: client 192.0.2.7 waits in the kernel's queue, an operator has paused the listener, since\
                    """);
        }
        assertThat(ask("refuse", "web")).isZero();
        assertThat(out.toString()).isEqualTo("web: refusing, 0 connections\n");
        assertThat(ask("explain", "--listener", "web", "--client", "192.0.2.7")).isZero();
        assertThat(out.toString()).startsWith(
                "192.0.2.7 at listener web would be refused: state: an operator has the listener refuse everybody, since");
        assertThat(ask("ready", "web")).isZero();
        assertThat(out.toString()).isEqualTo("web: ready, 0 connections\n");

        assertThat(ask("pause", "mail")).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("vipgate pause: listener: mail (expected: one of [web])\n");
        assertThat(ask("refuse", "nginx/vip1")).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("vipgate refuse: nginx/vip1 (expected: the name of a listener)\n");
    }

    @Test
    void blocksAndTheirEnds() throws Exception {
        assertThat(ask("blocks")).as(err.toString()).isZero();
        assertThat(out.toString()).isEqualTo("0 blocks\n");
        assertThat(ask("block", "198.51.100.7", "--for", "1h", "--why", "sshd")).as(err.toString()).isZero();
        assertThat(out.toString()).matches("""
                198\\.51\\.100\\.7 blocked until [0-9TZ:.-]+; relays reset: 0
                it does not survive a restart: stateFile is not configured, or can't be used
                """);
        assertThat(ask("block", "2001:db8::/32", "--keep")).as(err.toString()).isZero();
        assertThat(out.toString()).startsWith("2001:db8::/32 blocked until it is lifted; relays reset: 0\n");
        assertThat(ask("status")).isZero();
        assertThat(out.toString()).contains("\nblocks: 2, the next ends in 59 min\n");

        assertThat(ask("blocks")).isZero();
        assertThat(out.toString().lines().map(line -> line.replaceAll(" {2,}[0-9.]+ s {2,}", " ")))
                .containsExactly("NETWORK        SINCE  ENDS IN  WHY", "198.51.100.7 59 min   sshd",
                        "2001:db8::/32 -", "2 blocks");
        assertThat(ask("blocks", "--json")).isZero();
        assertThat(JsonParser.parse(out.toString().strip()).get("blocks").list())
                .extracting(block -> block.get("why").text()).containsExactly("sshd", "");

        assertThat(ask("unblock", "2001:db8::/32")).isZero();
        assertThat(out.toString()).isEqualTo("2001:db8::/32 unblocked\n");
        assertThat(ask("unblock", "2001:db8::/32")).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("vipgate unblock: no block of 2001:db8::/32\n");
        assertThat(ask("blocks")).isZero();
        assertThat(out.toString()).endsWith("\n1 block\n");
    }

    @Test
    void blocksThatCanNotBeMeant() {
        assertThat(ask("block", "198.51.100.7/24")).isEqualTo(2);
        assertThat(err.toString()).contains("(expected: 198.51.100.0/24)");
        assertThat(ask("block", "8.0.0.0/7")).isEqualTo(2);
        assertThat(err.toString()).contains("--wide on the command line");
        assertThat(ask("block", "8.0.0.0/7", "--wide")).isZero();
        assertThat(ask("block", "127.0.0.1", "--wide")).isEqualTo(2);
        assertThat(err.toString()).isEqualTo(
                "vipgate block: network: 127.0.0.1 (expected: one without your own address, 127.0.0.1)\n");
        assertThat(ask("block", "198.51.100.7", "--for", "soon")).isEqualTo(2);
        assertThat(ask("block", "not/a/network")).isEqualTo(2);
        assertThat(ask("block")).isEqualTo(2);
    }

    @Test
    void relaysAndTheirEnds() throws Exception {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.gateway().ports("web").getFirst());
                Socket accepted = endpoint.accept()) {
            client.getOutputStream().write(1);
            assertThat(accepted.getInputStream().read()).isEqualTo(1);
            assertThat(ask("relays")).as(err.toString()).isZero();
            assertThat(out.toString()).contains("127.0.0.1:" + client.getLocalPort(), "nginx/vip1", "1 of 1 relays");
            assertThat(ask("relays", "--client", "192.0.2.1")).isZero();
            assertThat(out.toString()).isEqualTo("0 of 0 relays\n");
            assertThat(ask("relays", "--endpoint", "nginx/vip1", "--json")).isZero();
            String id = JsonParser.parse(out.toString().strip()).get("relays").list().getFirst().get("id").text();

            assertThat(ask("close", id)).isZero();
            assertThat(out.toString()).isEqualTo("1 relay closed\n");
            assertThat(ask("close", id)).isEqualTo(2);
            assertThat(ask("close", "nginx/vip1")).isZero();
            assertThat(out.toString()).isEqualTo("0 relays closed\n");
        }
    }

    @Test
    void sources() throws Exception {
        assertThat(ask("sources")).as(err.toString()).isZero();
        assertThat(out.toString())
                .isEqualTo("no sources: nobody is connected or was refused where perSource sets limits\n");
        server.gateway().apply(((Loaded) ConfigLoader.parse("test", yaml("random").replace("pool: nginx }",
                "pool: nginx, perSource: { maxConnections: 1, around: {} } }").getBytes(StandardCharsets.UTF_8),
                Map.of()))
                .config());
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.gateway().ports("web").getFirst());
                Socket accepted = endpoint.accept()) {
            client.getOutputStream().write(1);
            assertThat(accepted.getInputStream().read()).isEqualTo(1);

            assertThat(ask("sources")).as(err.toString()).isZero();
            assertThat(out.toString().lines().map(line -> line.strip().replaceAll(" {2,}", " | "))).containsExactly(
                    "SOURCE | LISTENER | USED | OPEN | NEW LEFT | REFUSED", "127.0.0.1 | web | 100 % | 1/1 | - | 0",
                    "127.0.0.0/24 (around) | web | 13 % | 1/8 | - | 0");
            assertThat(ask("sources", "--listener", "web", "--top", "1", "--json")).isZero();
            assertThat(JsonParser.parse(out.toString().strip()).get("sources").list()).singleElement()
                    .satisfies(source -> assertThat(source.get("open").number()).isEqualTo(1));
        }
        assertThat(ask("sources", "--listener", "mail")).isEqualTo(2);
        assertThat(err.toString())
                .isEqualTo("vipgate sources: listener: mail (expected: one of [web])\n");
        assertThat(ask("sources", "--top", "0")).isEqualTo(2);
    }

    @Test
    void explain() throws Exception {
        assertThat(ask("explain", "--listener", "web", "--client", "192.0.2.1")).as(err.toString()).isZero();
        assertThat(out.toString()).startsWith("192.0.2.1 at listener web gets nginx/vip1: the only one")
                .contains("rule: random", "100.0 %", "may be chosen");
        assertThat(ask("explain", "--listener", "mail", "--client", "192.0.2.1")).isEqualTo(2);
        assertThat(ask("explain", "--listener", "web")).isEqualTo(2);
        assertThat(ask("explain", "--listener", "web", "--client", "192.0.2.1", "--json")).isZero();
        assertThat(JsonParser.parse(out.toString().strip()).get("rule").text()).isEqualTo("random");
    }

    @Test
    void explainAndStatusKnowTheRuleFirst() throws Exception {
        Path file = directory.resolve("gateway.yaml");
        Files.writeString(file, yaml("first"));
        server.operations().configureBy(new Reloader(server, file, null, Map.of()));
        assertThat(ask("reload")).as(err.toString()).isZero();

        assertThat(ask("explain", "--listener", "web", "--client", "192.0.2.1")).as(err.toString()).isZero();
        assertThat(out.toString())
                .startsWith("192.0.2.1 at listener web gets nginx/vip1: "
                        + "the first in the order of the file that can be used")
                .contains("rule: first", "100.0 %", "may be chosen");
        assertThat(ask("status", "--json")).isZero();
        assertThat(out.toString()).containsPattern("\"balance\": ?\"first\"");
    }

    @Test
    void reload() throws Exception {
        assertThat(ask("reload")).as("no file").isEqualTo(1);
        Path file = directory.resolve("gateway.yaml");
        server.operations().configureBy(new Reloader(server, file, null, Map.of()));
        Files.writeString(file, yaml("power-of-two"));
        assertThat(ask("reload")).as(err.toString()).isZero();
        assertThat(out.toString()).isEqualTo("pools.nginx.balance: random -> power-of-two\n");
        assertThat(ask("reload")).isZero();
        assertThat(out.toString()).isEqualTo("nothing has changed\n");
        Files.writeString(file, yaml("fastest"));
        assertThat(ask("reload")).isEqualTo(2);
        assertThat(err.toString()).contains("nothing has changed", "pools.nginx.balance: fastest (expected: ");
    }

    @Test
    void theConfigurationSaysWhichGateway() throws Exception {
        Path file = directory.resolve("gateway.yaml");
        Files.writeString(file, yaml("random").replace("admin: { bind: \"127.0.0.1:0\"",
                "admin: { bind: \"0.0.0.0:" + server.adminServer().orElseThrow().port() + "\""));
        assertThat(run("drain", "nginx/vip1", "-c", file.toString())).as(err.toString()).isZero();
        Files.writeString(file, "listeners: 1\n");
        assertThat(run("status", "-c", file.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("does not say where the gateway is", "listeners");
        Files.writeString(file, yaml("random").replaceAll("admin: .*", ""));
        assertThat(run("status", "-c", file.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("admin: is missing");
    }

    @Test
    void exitStatusesTellRefusalsFromAGatewayThatIsNotThere() throws Exception {
        Files.writeString(directory.resolve("other"), "a-token-of-another-gateway\n");
        String url = "http://127.0.0.1:" + server.adminServer().orElseThrow().port() + "/";
        assertThat(run("drain", "nginx/vip1", "--admin", url, "--token-file", directory.resolve("other").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("Authorization");
        assertThat(run("drain", "nginx/vip1", "--admin", url, "--token-file", directory.resolve("none").toString()))
                .isEqualTo(2);
        assertThat(run("status", "--admin", "ftp://x")).isEqualTo(2);
        assertThat(run("status", "--admin", "http://127.0.0.1:1")).isEqualTo(3);
        assertThat(err.toString()).startsWith("vipgate status: the gateway at http://127.0.0.1:1 can't be reached: ");
        assertThat(run("status", "--help")).isZero();
        assertThat(run("drain", "--version")).isZero();
        assertThat(out.toString()).startsWith("vipgate ");
    }
}
