package io.vipgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ImportCommandTest {
    private static final String WHOLE = "server { listen 203.0.113.1:80; proxy_pass 192.0.2.1:81; }\n";
    private static final String LOSS = """
            upstream u {
                server 192.0.2.1:81;
                server unix:/run/x.sock;
            }
            server { listen 203.0.113.1:80; proxy_pass u; }
            """;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory;

    private int run(String text, String... options) throws IOException {
        List<String> words = new ArrayList<>(List.of("import"));
        words.addAll(List.of(options));
        words.addAll(List.of("nginx", Files.writeString(directory.resolve("nginx.conf"), text).toString()));
        return execute(words);
    }

    private int execute(List<String> words) {
        CommandLine line = VipgateCommand.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(words.toArray(String[]::new));
    }

    @Test
    void strictFailsWhenAShareIsLostAndPrintsTheConfiguration() throws IOException {
        assertThat(run(LOSS, "--strict")).isEqualTo(1);
        assertThat(out.toString()).contains("192.0.2.1:81");
        assertThat(err.toString()).contains("warning: lost: line 3: server unix:/run/x.sock: ");
    }

    @Test
    void withoutStrictALossIsOnlyNamed() throws IOException {
        assertThat(run(LOSS)).isZero();
        assertThat(out.toString()).contains("192.0.2.1:81");
        assertThat(err.toString()).contains("warning: lost: line 3: ", "summary: lost: 1 (line 3)");
    }

    @Test
    void strictTakesRemarks() throws IOException {
        assertThat(run(WHOLE, "--strict")).isZero();
        assertThat(err.toString()).contains("warning: ").doesNotContain("warning: lost: ");
    }

    @Test
    void whatCannotBePrintedIsTwoStrictOrNot() throws IOException {
        assertThat(run("events { }\n", "--strict")).isEqualTo(2);
        assertThat(run("events { }\n")).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("no server of a stream section", "summary: carried over: nothing")
                .doesNotContain("before switching over", "summary: lost");
    }

    @Test
    void theSummaryCountsWhatIsCarriedOver() throws IOException {
        run(WHOLE);

        assertThat(err.toString()).contains("summary: carried over: 1 listener, 1 pool, 1 endpoint\n",
                "summary: lost: nothing that took a share of the connections or decided a check\n",
                "summary: before switching over: vipgate check CONFIG; ",
                "vipgate explain --listener NAME --client IP");
    }

    @Test
    void whatIsLeftOutIsCountedToo() throws IOException {
        run(LOSS + "server { listen 203.0.113.1:53 udp; proxy_pass 192.0.2.1:53; }\n");

        assertThat(err.toString()).contains("summary: carried over: 1 of 2 listeners, 1 pool, 1 of 2 endpoints\n");
    }

    @Test
    void rulesWhoseSharesAreWorkedOutAreToBeCompared() throws IOException {
        Path rules = Files.writeString(directory.resolve("rules"),
                "*nat\n-A PREROUTING -d 203.0.113.1/32 -p tcp -m tcp "
                        + "--dport 80 -j DNAT --to-destination 192.0.2.1:80\nCOMMIT\n");
        CommandLine line = VipgateCommand.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));

        assertThat(line.execute("import", "iptables", rules.toString())).isZero();
        assertThat(err.toString()).contains("vipgate check --compare iptables RULES CONFIG; ");
    }

    @Test
    void mapsThatAreNamedBehindTheFileAreRead() throws IOException {
        String file = Files.writeString(directory.resolve("haproxy.cfg"), """
                frontend f
                bind 203.0.113.1:443
                use_backend %[req.ssl_sni,lower,map(/etc/haproxy/hosts.map)]
                default_backend rest
                backend one
                server s 192.0.2.1:443
                backend rest
                server s 192.0.2.2:443
                """).toString();
        String map = Files.writeString(directory.resolve("hosts.map"), "a.example one\n").toString();

        assertThat(execute(List.of("import", "--strict", "haproxy", file, map))).isZero();
        assertThat(out.toString()).contains("names: { a.example: one }");
        assertThat(execute(List.of("import", "--strict", "haproxy", file))).isEqualTo(1);
        assertThat(err.toString()).contains("name hosts.map on the command line too");
    }

    @Test
    void programsThatNameNoFilesTakeNone() throws IOException {
        String rules = Files.writeString(directory.resolve("rules"), "*nat\nCOMMIT\n").toString();

        assertThat(execute(List.of("import", "iptables", rules, rules))).isEqualTo(2);
        assertThat(err.toString()).contains("only haproxy and nginx name more files");
        assertThat(execute(List.of("import", "nginx", rules, directory.resolve("nowhere").toString()))).isEqualTo(2);
        assertThat(err.toString()).contains("can't be read");
    }
}
