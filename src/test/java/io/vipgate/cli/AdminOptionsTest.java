package io.vipgate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipgate.admin.Token;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Which gateway is meant. */
class AdminOptionsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private static String base(Map<String, String> environment, String... arguments) {
        AdminOptions options = new AdminOptions();
        new CommandLine(CommandLine.Model.CommandSpec.create().addMixin("admin",
                CommandLine.Model.CommandSpec.forAnnotatedObject(options))).parseArgs(arguments);
        return options.client(environment).base().toString();
    }

    private String config(String admin) throws Exception {
        return Files.writeString(directory.resolve("gateway.yaml"), """
                listeners: { web: { bind: "127.0.0.1:80", pool: nginx } }
                pools: { nginx: { endpoints: { a: "127.0.0.1:81" } } }
                admin: %s
                """.formatted(admin)).toString();
    }

    @Test
    void theOptionGoesBeforeTheEnvironmentAndThatBeforeTheFile() throws Exception {
        Map<String, String> environment = Map.of("VIPGATE_ADMIN", "192.0.2.9:9180/");
        String file = config("{}");
        assertThat(base(environment, "--admin", "https://gateway.example", "-c", file))
                .isEqualTo("https://gateway.example");
        assertThat(base(environment, "-c", file)).isEqualTo("http://192.0.2.9:9180");
        assertThat(base(Map.of(), "-c", file)).isEqualTo("http://127.0.0.1:9180");
    }

    @Test
    void anAddressThatStandsForAllIsReachedOnLoopback() throws Exception {
        assertThat(base(Map.of(), "-c", config("{ bind: \":9200\" }"))).isEqualTo("http://127.0.0.1:9200");
        assertThat(base(Map.of(), "-c", config("{ bind: \"0.0.0.0:9200\" }"))).isEqualTo("http://127.0.0.1:9200");
        assertThat(base(Map.of(), "-c", config("{ bind: \"[::]:9200\" }"))).isEqualTo("http://[::1]:9200");
        assertThat(base(Map.of(), "-c", config("{ bind: \"[2001:db8::1]:9200\" }")))
                .isEqualTo("http://[2001:db8::1]:9200");
    }

    @Test
    void theUnixSocketGoesBeforeTheAddressWhenItMayBeOpened() throws Exception {
        Path socket = directory.resolve("admin.sock");
        String file = config("{ bind: [\"127.0.0.1:9200\", \"unix:" + socket + "\"] }");
        assertThat(base(Map.of(), "-c", file)).as("no gateway runs").isEqualTo("http://127.0.0.1:9200");
        Files.createFile(socket);
        assertThat(base(Map.of(), "-c", file)).isEqualTo("unix:" + socket);
        assertThat(base(Map.of(), "-c", config("{ bind: \"unix:/nowhere/a.sock\" }")))
                .isEqualTo("unix:/nowhere/a.sock");
        assertThat(base(Map.of("VIPGATE_ADMIN", "unix:/run/a.sock"))).isEqualTo("unix:/run/a.sock");
    }

    @Test
    void whatIsNoAddressIsRefused() {
        for (String url : List.of("ftp://x", "http://", "http://x/path", "http://x?y", "a b", "unix:", "unix:a.sock",
                "unix://host/a.sock")) {
            assertThatThrownBy(() -> base(Map.of(), "--admin", url)).as(url).isInstanceOf(CommandException.class);
        }
    }

    @Test
    void theTokenIsInTheSystemsPlaceOrTheUsers() {
        assertThat(Token.places(Map.of("HOME", "/home/a")))
                .containsExactly(Path.of("/var/lib/vipgate/token"), Path.of("/home/a/.local/state/vipgate/token"));
        assertThat(Token.places(Map.of("HOME", "/home/a", "XDG_STATE_HOME", "/s")))
                .containsExactly(Path.of("/var/lib/vipgate/token"), Path.of("/s/vipgate/token"));
        assertThat(Token.places(Map.of("XDG_STATE_HOME", "relative"))).hasSize(1);
    }
}
