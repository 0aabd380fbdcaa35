package io.vipgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.importer.ImportFormat;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code vipgate check --compare}. */
class SharesComparisonTest {
    private static final String RULES = """
            *nat
            -A PREROUTING -d 203.0.113.1/32 -p tcp --dport 80 -m statistic --mode random --probability 0.25 -j DNAT --to-destination 192.0.2.10:80
            -A PREROUTING -d 203.0.113.1/32 -p tcp --dport 80 -j DNAT --to-destination 192.0.2.20:80
            -A PREROUTING -p tcp --dport 443 -j DNAT --to-destination 192.0.2.20
            COMMIT
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private String printed = "";

    private int compare(String program, String rules, String config) throws IOException {
        Path rulesFile = Files.writeString(directory.resolve("rules"), rules);
        Path configFile = Files.writeString(directory.resolve("gateway.yaml"), config);
        StringWriter out = new StringWriter();
        CommandLine command = new CommandLine(new CheckCommand());
        command.setOut(new PrintWriter(out)).setErr(new PrintWriter(out));
        int status = command.execute("--compare", program, rulesFile.toString(), configFile.toString());
        printed = out.toString();
        return status;
    }

    @Test
    void whatWasImportedHasTheSharesThatTheRulesHad() throws IOException {
        int status = compare("iptables", RULES, ImportFormat.IPTABLES.convert(RULES).yaml());

        assertThat(status).as(printed).isZero();
        assertThat(printed).containsPattern("203.0.113.1:80 +192.0.2.10:80 +25.00 % +25.00 %\n")
                .containsPattern("0.0.0.0:443 +192.0.2.20:443 +100.00 % +100.00 %\n")
                .contains("2 addresses, no difference");
    }

    @Test
    void aShareThatIsNotAsItWasIsMarkedAndTheStatusIsOne() throws IOException {
        String yaml = ImportFormat.IPTABLES.convert(RULES).yaml();

        assertThat(compare("iptables", RULES, yaml.replace("weight: 3", "weight: 1"))).isEqualTo(ExitStatus.FAILED);
        assertThat(printed).containsPattern("192.0.2.10:80 +25.00 % +50.00 % +differs")
                .contains("1 of 2 addresses differ");
        assertThat(compare("iptables", RULES, yaml.replace("0.0.0.0:443", "0.0.0.0:444"))).isEqualTo(ExitStatus.FAILED);
        assertThat(printed).containsPattern("192.0.2.20:443 +100.00 % +no listener +differs")
                .contains("only in the configuration: listener any-443");
    }

    @Test
    void whatTheImporterCallsLostIsNotComparedAndTheStatusIsOne() throws IOException {
        String yaml = ImportFormat.IPTABLES.convert(RULES).yaml();
        String range = RULES.replace("COMMIT",
                "-A PREROUTING -d 203.0.113.3/32 -p tcp --dport 9000:9999 -j DNAT --to-destination 192.0.2.9\nCOMMIT");

        assertThat(compare("iptables", range, yaml)).isEqualTo(ExitStatus.FAILED);
        assertThat(printed).contains("not compared: line 5: ports 9000:9999 of 203.0.113.3")
                .contains("2 addresses, no difference; 1 not compared, see above");

        String network = RULES.replace("203.0.113.1/32", "203.0.113.0/24");
        assertThat(compare("iptables", network, yaml)).isEqualTo(ExitStatus.FAILED);
        assertThat(printed).contains("not compared: line 2: 203.0.113.0/24, port 80: a listener has one address");
    }

    @Test
    void aScriptOfWhichNothingCouldBeComparedIsNoMatch() throws IOException {
        String yaml = ImportFormat.IPTABLES.convert(RULES).yaml();
        String script = """
                #!/bin/sh
                web() {
                  iptables -t nat -A PREROUTING -d 203.0.113.1 -p tcp --dport 80 -j DNAT --to-destination "$1"
                }
                web 192.0.2.10
                """;

        assertThat(compare("iptables", script, yaml)).as(printed).isEqualTo(ExitStatus.FAILED);
        assertThat(printed).doesNotContain("no difference");
        assertThat(compare("iptables", "*nat\nCOMMIT\n", yaml)).isEqualTo(ExitStatus.FAILED);
        assertThat(printed).contains("nothing was compared");
    }

    @Test
    void localhostIsTheLoopbackAddress() throws IOException {
        String rules = "*nat\n-A PREROUTING -p tcp --dport 2222 -j REDIRECT --to-ports 22\nCOMMIT\n";
        String yaml = ImportFormat.IPTABLES.convert(rules).yaml().replace("127.0.0.1:22", "localhost:22");

        assertThat(compare("iptables", rules, yaml)).as(printed).isZero();
        assertThat(printed).contains("1 address, no difference");
    }

    @Test
    void rulesThatCannotBeToldAreNoMatch() throws IOException {
        String yaml = ImportFormat.IPTABLES.convert(RULES).yaml();

        assertThat(compare("iptables", RULES.replace("-p tcp --dport 443", "-s 10.0.0.0/8 -p tcp --dport 443"), yaml))
                .isEqualTo(ExitStatus.FAILED);
        assertThat(printed).contains("the client's address (-s) decides");
        assertThat(compare("nft", RULES, yaml)).isEqualTo(ExitStatus.USAGE);
        assertThat(printed).contains("use vipgate import iptables");
        assertThat(compare("haproxy", RULES, yaml)).isEqualTo(ExitStatus.USAGE);
        assertThat(printed).contains("expected: iptables or nft");
    }
}
