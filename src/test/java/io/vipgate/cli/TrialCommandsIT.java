package io.vipgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.ConfigLoader;
import io.vipgate.config.Loaded;
import io.vipgate.process.GatewayServer;
import io.vipgate.process.Reloader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands that change configurations with care, and those of standby. */
@Timeout(60)
final class TrialCommandsIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    @SuppressWarnings("NullAway.Init") // set before each test
    private GatewayServer server;

    private Loaded write(String onDown) throws Exception {
        String text = """
                listeners: { web: { bind: "127.0.0.1:0", pool: nginx } }
                pools: { nginx: { onDown: %s, probe: { type: none }, endpoints: { vip1: "192.0.2.1:80" } } }
                admin: { bind: "127.0.0.1:0", tokenFile: %s }
                """.formatted(onDown, directory.resolve("token"));
        Files.writeString(directory.resolve("gateway.yaml"), text);
        return (Loaded) ConfigLoader.parse("test", text.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    @BeforeEach
    void start() throws Exception {
        Loaded first = write("keep");
        server = GatewayServer.start(first.config());
        Reloader reloader = new Reloader(server, directory.resolve("gateway.yaml"), null, Map.of());
        reloader.onStarted(first);
        server.operations().configureBy(reloader);
    }

    @AfterEach
    void end() {
        server.close();
    }

    /** Runs a command for the gateway of this test. */
    private String ask(int status, String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        CommandLine line = VipgateCommand.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        assertThat(line.execute(Stream.concat(Stream.of(arguments), Stream.of("--admin",
                "127.0.0.1:" + server.adminServer().orElseThrow().port(), "--token-file",
                directory.resolve("token").toString())).toArray(String[]::new))).as(err.toString()).isEqualTo(status);
        return out.toString() + err;
    }

    @Test
    void dryRunSaysWhatWouldChange() throws Exception {
        assertThat(ask(0, "reload", "--dry-run")).isEqualTo("nothing would change\n");
        Loaded _ = write("close");
        assertThat(ask(0, "reload", "--dry-run")).isEqualTo("pools.nginx.onDown: keep -> close\n");
        assertThat(ask(2, "reload", "--dry-run", "--confirm", "2m"))
                .startsWith("--dry-run (expected: neither --confirm nor --unless with it)");
        assertThat(ask(0, "reload")).isEqualTo("pools.nginx.onDown: keep -> close\n");
    }

    @Test
    void trialIsConfirmedOrEndedByARollback() throws Exception {
        assertThat(ask(2, "confirm")).contains("no configuration is on trial");
        Loaded _ = write("close");
        assertThat(ask(2, "reload", "--confirm", "0s")).contains("0s (expected: 1s to 24h, with the unit s, m or h)");
        assertThat(ask(2, "reload", "--confirm", "25h")).contains("25h (expected: 1s to 24h");
        assertThat(ask(2, "reload", "--unless", "it rains")).contains("it rains (expected: no endpoint up for 10s");
        assertThat(ask(2, "reload", "--unless", "no endpoint up for 2h")).contains("(expected: 1s to 1h");
        assertThat(ask(0, "reload", "--confirm", "1h", "--unless", "no endpoint up for 10s"))
                .contains("pools.nginx.onDown: keep -> close", "goes back unless confirmed by ",
                        "goes back when a pool has no endpoint up for 10s\n");
        assertThat(ask(0, "status")).containsPattern("the configuration goes back to the one before in 59 min");
        assertThat(ask(2, "reload")).contains("(expected: vipgate confirm or vipgate rollback first)");
        assertThat(ask(0, "rollback", "--dry-run")).isEqualTo("pools.nginx.onDown: close -> keep\n");
        assertThat(ask(0, "rollback")).isEqualTo("pools.nginx.onDown: close -> keep\n");
        assertThat(ask(0, "status")).doesNotContain("goes back");

        ask(0, "reload", "--confirm", "24h");
        assertThat(ask(0, "confirm")).isEqualTo("confirmed\n");
        assertThat(ask(2, "confirm")).contains("there is nothing to confirm");
    }

    @Test
    void rollbackListsAndGoesBack() throws Exception {
        assertThat(ask(2, "rollback")).contains("no earlier configuration is known");
        Loaded _ = write("close");
        ask(0, "reload");
        assertThat(ask(0, "rollback", "--list").lines()).hasSize(3).first().asString().matches("STEPS +HELD SINCE");
        assertThat(ask(2, "rollback", "--list", "1"))
                .startsWith("--list (expected: neither STEPS nor --dry-run with it)");
        assertThat(ask(2, "rollback", "6")).contains("6 (expected: 1 to 5)");
        assertThat(ask(2, "rollback", "2")).contains("held 2 before this one (expected: at most 1)");
        assertThat(ask(0, "rollback")).isEqualTo("pools.nginx.onDown: close -> keep\n");
        assertThat(ask(0, "rollback", "--list").lines()).hasSize(2);
    }

    @Test
    void standbyAndActive() {
        assertThat(ask(0, "standby")).startsWith("standby since ");
        assertThat(ask(0, "status")).contains("not ready: standby since ");
        assertThat(ask(0, "active")).isEqualTo("active\n");
        assertThat(ask(0, "status")).contains(": ready; ");
    }
}
