package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.Networks;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.VipgateProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Link-local addresses, which mean something on one interface only: a listener's, an endpoint's, a source. */
@SocketTest
final class ZoneIT {
    private static final Duration BOUND = Duration.ofSeconds(25);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private String write(String yaml) throws IOException {
        return Files.writeString(Files.createTempFile(directory, "gateway", ".yaml"), yaml).toString();
    }

    private static String inNamespace(String namespace, String... command) throws Exception {
        String[] all = new String[4 + command.length];
        System.arraycopy(new String[]{"ip", "netns", "exec", namespace}, 0, all, 0, 4);
        System.arraycopy(command, 0, all, 4, command.length);
        Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int _ = process.waitFor();
        return said;
    }

    private String status(String namespace, String file) throws Exception {
        try (VipgateProcess status = VipgateProcess.startIn(namespace, directory, "status", "-c", file)) {
            int _ = status.awaitExit(BOUND);
            return status.output() + status.errors();
        }
    }

    @Test
    void listenersEndpointsProbesAndSourcesGoByTheirInterface() throws Exception {
        assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "needs root and ip(8)");
        try (Networks networks = new Networks()) {
            // given two machines that know each other by link-local addresses alone, each on an interface of another name
            String gateway = networks.add("gateway");
            String node = networks.add("node");
            Networks.ip("-n " + gateway + " link add inner type veth peer name eth7 netns " + node);
            Networks.ip("-n " + gateway + " address add fe80::a/64 dev inner nodad");
            Networks.ip("-n " + node + " address add fe80::b/64 dev eth7 nodad");
            for (String device : new String[]{gateway + " link set inner up", gateway + " link set lo up",
                node + " link set eth7 up", node + " link set lo up"}) {
                Networks.ip("-n " + device);
            }
            String answering = write("""
                    listeners: { web: { bind: "[fe80::b%eth7]:80", pool: p } }
                    pools: { p: { probe: { type: none }, endpoints: { own: "127.0.0.1:8080" } } }
                    metrics: { bind: "127.0.0.1:8080" }
                    """);
            String relaying = write("""
                    listeners: { web: { bind: "127.0.0.1:80", pool: p } }
                    pools:
                      p:
                        source: "fe80::a%inner"
                        probe: { type: http, http: { path: /healthz } }
                        endpoints: { far: "[fe80::b%inner]:80" }
                    admin: { tokenFile: TOKEN }
                    """.replace("TOKEN", directory.resolve("token").toString()));
            try (VipgateProcess far = VipgateProcess.startIn(node, directory, "run", "-c", answering);
                    VipgateProcess near = VipgateProcess.startIn(gateway, directory, "run", "-c", relaying)) {
                far.awaitStart();
                near.awaitStart();

                // then
                assertThat(far.errors()).contains("[fe80::b%eth7]:80");
                boolean isUp = Await.quietly(BOUND, () -> near.errors().contains("far is UP"));
                String shown = status(gateway, relaying);
                assertThat(isUp).as("%s %s", near.errors(), shown).isTrue();
                assertThat(shown).contains("[fe80::b%inner]:80");
                assertThat(inNamespace(gateway, "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/80; "
                        + "printf 'GET /healthz HTTP/1.0\\r\\nHost: x\\r\\n\\r\\n' >&3; cat <&3")).contains(" 200 ");
            }
        }
    }

    @Test
    void anInterfaceThatIsNotThereEndsTheStartWithOneLine() throws Exception {
        String file = write("""
                listeners: { web: { bind: "127.0.0.1:0", pool: p } }
                pools: { p: { endpoints: { far: "[fe80::b%nosuch0]:80" } } }
                """);
        try (VipgateProcess run = VipgateProcess.start(directory, "run", "-c", file)) {
            assertThat(run.awaitExit(BOUND)).isEqualTo(1);
            assertThat(run.errors().lines().filter(line -> line.contains("ERROR"))).singleElement().asString()
                    .endsWith(
                            "pools.p.endpoints.far: [fe80::b%nosuch0]:80 (expected: an interface of this machine; there "
                                    + "is no nosuch0)");
        }
        try (VipgateProcess check = VipgateProcess.start(directory, "check", "-c", file)) {
            assertThat(check.awaitExit(BOUND)).isZero();
            assertThat(check.errors() + check.output()).contains("has no interface nosuch0 now");
        }
    }
}
