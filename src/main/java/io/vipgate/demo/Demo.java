package io.vipgate.demo;

import io.vipgate.Gateway;
import io.vipgate.GatewayProcess;
import io.vipgate.StartException;
import io.vipgate.config.ConfigLoader;
import io.vipgate.config.Loaded;
import io.vipgate.config.Rejected;
import io.vipgate.net.PortOwner;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Two backends, the gateway in front of them, and what a newcomer can do with them.
 *
 * <p>Confined to the main thread.
 */
public final class Demo {
    private Demo() {}

    /**
     * Runs the demo until SIGINT or SIGTERM.
     *
     * @param port where the gateway listens on 127.0.0.1, 0 for any
     * @param adminPort where the backends are stopped and started, 0 for any
     * @param out what the newcomer reads
     * @throws StartException if the gateway can't start
     * @throws IOException if the admin port is taken
     * @throws InterruptedException if the thread is interrupted
     */
    public static void run(int port, int adminPort, PrintWriter out)
            throws StartException, IOException, InterruptedException {
        try (DemoBackend first = new DemoBackend("nginx-1");
                DemoBackend second = new DemoBackend("nginx-2");
                DemoControl control = control(adminPort, List.of(first, second))) {
            Loaded config = config(port, first, second);
            try (GatewayProcess process = new GatewayProcess();
                    Gateway gateway = Gateway.start(config.config())) {
                greet(gateway.ports("web").getFirst(), control.port(), out);
                readKeys(List.of(first, second), out);
                process.serve(gateway, null);
            }
        }
    }

    private static DemoControl control(int port, List<DemoBackend> backends) throws IOException {
        try {
            return new DemoControl(port, backends);
        } catch (IOException e) {
            String owner = PortOwner.of(InetAddress.getLoopbackAddress(), port).map(found -> " by " + found).orElse("");
            throw new IOException("--admin-port " + port + ": " + e.getMessage() + owner + "; choose another", e);
        }
    }

    private static Loaded config(int port, DemoBackend first, DemoBackend second) {
        String yaml = """
                listeners:
                  web: { bind: 127.0.0.1:%d, pool: nginx }
                pools:
                  nginx:
                    balance: random
                    probe: { type: http }
                    endpoints:
                      nginx-1: 127.0.0.1:%d
                      nginx-2: 127.0.0.1:%d
                shutdown: { drain: 1s }
                """.formatted(port, first.port(), second.port());
        return switch (ConfigLoader.parse("demo", yaml.getBytes(StandardCharsets.UTF_8), Map.of())) {
            case Loaded loaded -> loaded;
            case Rejected rejected -> throw new IllegalStateException("the demo's own configuration: "
                    + rejected.problems());
        };
    }

    private static void greet(int port, int adminPort, PrintWriter out) {
        out.printf("""
                vipgate listens on http://127.0.0.1:%1$d/ and spreads connections over nginx-1 and nginx-2.
                Try, in another terminal:

                  for i in $(seq 40); do curl -s http://127.0.0.1:%1$d/; done | sort | uniq -c
                  curl -X PUT -H 'Content-Type: application/json' -d '{"running": false}' \
                http://127.0.0.1:%2$d/api/v1/demo/backends/1
                  for i in $(seq 40); do curl -s http://127.0.0.1:%1$d/; done | sort | uniq -c

                Here: 1 or 2 and Enter stops or starts that backend, Ctrl-C ends the demo.
                """, port, adminPort);
        out.flush();
    }

    private static void readKeys(List<DemoBackend> backends, PrintWriter out) {
        Thread.ofPlatform().name("vipgate-demo-keys").daemon().start(() -> {
            try (BufferedReader keys = new BufferedReader(
                    new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
                for (String line = keys.readLine(); line != null; line = keys.readLine()) {
                    toggle(backends, line.trim(), out);
                }
            } catch (IOException e) {
                out.println("keys are no longer read: " + e.getMessage());
                out.flush();
            }
        });
    }

    private static void toggle(List<DemoBackend> backends, String key, PrintWriter out) throws IOException {
        if (key.equals("1") || key.equals("2")) {
            DemoBackend backend = backends.get(key.charAt(0) - '1');
            if (backend.isRunning()) {
                backend.stop();
            } else {
                backend.start();
            }
            out.println(backend.name() + (backend.isRunning() ? " runs" : " is stopped"));
            out.flush();
        }
    }
}
