package io.vipgate.demo;

import io.vipgate.admin.AdminServer;
import io.vipgate.admin.Token;
import io.vipgate.config.ConfigLoader;
import io.vipgate.config.Loaded;
import io.vipgate.config.Rejected;
import io.vipgate.control.StartException;
import io.vipgate.process.GatewayProcess;
import io.vipgate.process.GatewayServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two backends, the gateway in front of them, and what a newcomer can do with them.
 *
 * <p>Confined to the main thread.
 */
public final class Demo {
    private static final Logger LOG = LoggerFactory.getLogger(Demo.class);
    private static final int DEFAULT_ADMIN_PORT = 9180;
    private static final String ADMIN_BIND = "admin.bind: 127.0.0.1:";

    private Demo() {}

    /**
     * Runs the demo until SIGINT or SIGTERM.
     *
     * @param port where the gateway listens on 127.0.0.1, 0 for any
     * @param adminPort where the admin server listens on 127.0.0.1, 0 for any
     * @param out what the newcomer reads
     * @throws StartException if the gateway can't start
     * @throws IOException if a backend can't start
     * @throws InterruptedException if the thread is interrupted
     */
    public static void run(int port, int adminPort, PrintWriter out)
            throws StartException, IOException, InterruptedException {
        try (DemoBackend first = DemoBackend.running("nginx-1");
                DemoBackend second = DemoBackend.running("nginx-2")) {
            Path tokenFile = tokenFile();
            Loaded config = config(port, adminPort, tokenFile, first, second);
            try (GatewayProcess process = GatewayProcess.start();
                    GatewayServer server = start(config);
                    DemoClients clients = new DemoClients(server.gateway().ports("web").getFirst())) {
                AdminServer admin = server.adminServer().orElseThrow();
                new DemoPages(List.of(first, second), clients).mountOn(admin);
                Token token = Token.fresh();
                admin.admit(token);
                greet(server.gateway().ports("web").getFirst(), admin.port(), tokenFile, token, out);
                readKeys(List.of(first, second), out);
                process.serve(server, null);
            }
        }
    }

    /** Says what is wrong in the words of the command line. */
    private static GatewayServer start(Loaded config) throws StartException {
        try {
            return GatewayServer.start(config.config());
        } catch (StartException e) {
            String message = String.valueOf(e.getMessage());
            throw message.startsWith(ADMIN_BIND)
                    ? new StartException("--admin-port " + message.substring(ADMIN_BIND.length()) + "; choose another")
                    : e;
        }
    }

    /** Where the commands find it by themselves; else where only this demo has it. */
    private static Path tokenFile() throws IOException {
        for (Path place : Token.places(System.getenv())) {
            try {
                var _ = Token.at(place);
                return place;
            } catch (IOException e) {
                LOG.debug("no token there: {}", e.getMessage());
            }
        }
        Path own = Files.createTempDirectory("vipgate-demo").resolve("token");
        own.toFile().deleteOnExit();
        return own;
    }

    private static Loaded config(int port, int adminPort, Path tokenFile, DemoBackend first, DemoBackend second) {
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
                admin: { bind: 127.0.0.1:%d, tokenFile: "%s" }
                shutdown: { drain: 1s }
                """.formatted(port, first.port(), second.port(), adminPort, tokenFile);
        return switch (ConfigLoader.parse("demo", yaml.getBytes(StandardCharsets.UTF_8), Map.of())) {
            case Loaded loaded -> loaded;
            case Rejected rejected -> throw new IllegalStateException("the demo's own configuration: "
                    + rejected.problems());
        };
    }

    private static void greet(int port, int adminPort, Path tokenFile, Token token, PrintWriter out) {
        String which = (adminPort == DEFAULT_ADMIN_PORT ? "" : " --admin http://127.0.0.1:" + adminPort)
                + (Token.places(System.getenv()).contains(tokenFile) ? "" : " --token-file " + tokenFile);
        out.printf("""
                vipgate listens on http://127.0.0.1:%1$d/ and spreads connections over nginx-1 and nginx-2.
                Try, in another terminal:

                  for i in $(seq 40); do curl -s http://127.0.0.1:%1$d/; done | sort | uniq -c
                  curl -X PUT -H 'Content-Type: application/json' -d '{"running": false}' \
                http://127.0.0.1:%2$d/api/v1/demo/backends/1
                  for i in $(seq 40); do curl -s http://127.0.0.1:%1$d/; done | sort | uniq -c

                Live in a browser, where the backends can be stopped too (the token holds for this demo alone):

                  http://127.0.0.1:%2$d/#token=%4$s

                On the command line: ./vipgate status%3$s, ./vipgate drain nginx/nginx-1%3$s
                Here: 1 or 2 and Enter stops or starts that backend, Ctrl-C ends the demo.
                """, port, adminPort, which, token.secret());
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
