package io.vipgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.ConfigLoader;
import io.vipgate.config.GatewayConfig;
import io.vipgate.config.Loaded;
import io.vipgate.neighbour.ReplyRoute;
import io.vipgate.neighbour.ReplyRoute.Verdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script of {@code vipgate check --routing}. */
class RoutingReportTest {
    private static final InetAddress OWN = InetAddress.ofLiteral("192.0.2.1");

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private GatewayConfig config(String mode) throws IOException {
        Path file = Files.writeString(directory.resolve("gateway.yaml"), """
                listeners: { web: { bind: "203.0.113.1:80", pool: nginx } }
                pools:
                  nginx:
                    clientAddress: %s
                    endpoints: { vip1: "192.0.2.10:80", vip2: "192.0.2.20:80" }
                """.formatted(mode));
        return ((Loaded) ConfigLoader.load(file, Map.of())).config();
    }

    private record Printed(boolean isInPlace, List<String> lines) {}

    private Printed print(String mode, Verdict... verdicts) throws IOException {
        return print("inner", mode, verdicts);
    }

    private Printed print(String second, String mode, Verdict... verdicts) throws IOException {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        boolean isInPlace = RoutingReport.of(config(mode), endpoints -> {
            assertThat(endpoints).hasSize(verdicts.length);
            return List.of(new ReplyRoute(endpoints.getFirst(), verdicts[0], "inner", OWN),
                    new ReplyRoute(endpoints.getLast(), verdicts[1], second, OWN));
        }).print(out);
        out.flush();
        return new Printed(isInPlace, text.toString().lines().toList());
    }

    @Test
    void whatIsMissingIsACommandAndAllElseAComment() throws IOException {
        Printed printed = print("require", Verdict.TAKEN, Verdict.NOT_TAKEN);

        assertThat(printed.isInPlace()).isFalse();
        assertThat(printed.lines()).containsExactly(
                "# On this machine: it takes what endpoints reply to clients' addresses.",
                "# nginx/vip1, 192.0.2.10:80: in place",
                "# nginx/vip2, 192.0.2.20:80: missing",
                "ip rule add pref 900 iif inner from 192.0.2.20 ipproto tcp sport 80 lookup 900",
                "ip route replace local default dev lo table 900",
                "# On each endpoint: replies go to the gateway; of a pair of gateways, to their inner virtual address, "
                        + "and those to probes",
                "# straight to each gateway: ip route replace ITS-OWN-ADDRESS dev INTERFACE table 900",
                "#   ip rule add pref 900 from 192.0.2.10 ipproto tcp sport 80 lookup 900",
                "#   ip route replace default via 192.0.2.1 table 900",
                "#   ip rule add pref 900 from 192.0.2.20 ipproto tcp sport 80 lookup 900");
    }

    @Test
    void nothingIsToBeDoneWhereAllIsInPlace() throws IOException {
        Printed printed = print("prefer", Verdict.TAKEN, Verdict.TAKEN);

        assertThat(printed.isInPlace()).isTrue();
        assertThat(printed.lines()).allMatch(line -> line.startsWith("#"));
    }

    @Test
    void whatNoCommandMendsIsSaid() throws IOException {
        Printed printed = print("prefer", Verdict.OWN_ADDRESS, Verdict.FILTERED);

        assertThat(printed.isInPlace()).isFalse();
        assertThat(printed.lines()).contains("sysctl -w net/ipv4/conf/inner/rp_filter=2").anyMatch(
                line -> line.startsWith("# nginx/vip1, 192.0.2.10:80: on this machine"));
    }

    @Test
    void settingOfAVlanIsNamedAsSysctlTakesIt() throws IOException {
        assertThat(print("eth0.7", "prefer", Verdict.TAKEN, Verdict.FILTERED).lines())
                .contains("sysctl -w net/ipv4/conf/eth0.7/rp_filter=2");
    }

    @Test
    void poolThatDoesNotAskForItNeedsNothing() throws IOException {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);

        assertThat(RoutingReport.of(config("none"), _ -> List.of()).print(out)).isTrue();
        out.flush();
        assertThat(text.toString().strip()).isEqualTo("# no pool has clientAddress: nothing is needed");
    }
}
