package io.vipgate.importer.netfilter;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.linux.OwnNetwork;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Connections through the kernel's own netfilter, in the network namespace of the calling thread: every address of some networks is
 * this machine's, and something listens on every port that is asked for.
 *
 * <p>Confined to its thread.
 */
final class KernelConnections implements AutoCloseable {
    private static final int BATCH = 100;

    private final List<ServerSocketChannel> servers = new ArrayList<>();
    private final Random random;

    KernelConnections(List<Integer> ports, Random random) throws IOException, InterruptedException {
        this.random = random;
        for (String network : List.of("10.0.0.0/8", "203.0.113.0/24", "192.0.2.0/24", "198.51.100.0/24")) {
            OwnNetwork.ip("route add local " + network + " dev lo");
        }
        for (int port : ports) {
            ServerSocketChannel server = ServerSocketChannel.open();
            server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            server.bind(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), port), 2 * BATCH);
            server.configureBlocking(false);
            servers.add(server);
        }
    }

    /** Gives a program, such as {@code iptables-restore}, its rules. */
    static void load(String rules, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(rules.getBytes(StandardCharsets.UTF_8));
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s%n%s", String.join(" ", command), said, rules).isZero();
    }

    /** Connects so many times, each time from another address, and counts where the connections came out. */
    Map<String, Integer> connect(String address, int port, int times) throws IOException {
        Map<String, Integer> counts = new HashMap<>();
        InetSocketAddress to = new InetSocketAddress(InetAddress.ofLiteral(address), port);
        for (int done = 0; done < times; done += BATCH) {
            List<SocketChannel> clients = new ArrayList<>();
            for (int i = 0; i < Math.min(BATCH, times - done); i++) {
                SocketChannel client = SocketChannel.open();
                client.setOption(StandardSocketOptions.SO_LINGER, 0);
                client.bind(new InetSocketAddress(InetAddress.ofLiteral("10." + random.nextInt(1, 255) + "."
                        + random.nextInt(256) + "." + random.nextInt(1, 255)), 0));
                assertThat(client.connect(to)).isTrue();
                clients.add(client);
            }
            int accepted = 0;
            while (accepted < clients.size()) {
                accepted += accept(counts);
            }
            for (SocketChannel client : clients) {
                client.close();
            }
        }
        return counts;
    }

    private int accept(Map<String, Integer> counts) throws IOException {
        int accepted = 0;
        for (ServerSocketChannel server : servers) {
            for (SocketChannel peer = server.accept(); peer != null; peer = server.accept()) {
                InetSocketAddress at = (InetSocketAddress) peer.getLocalAddress();
                counts.merge(at.getAddress().getHostAddress() + ":" + at.getPort(), 1, Integer::sum);
                peer.setOption(StandardSocketOptions.SO_LINGER, 0);
                peer.close();
                accepted++;
            }
        }
        return accepted;
    }

    @Override
    public void close() throws IOException {
        for (ServerSocketChannel server : servers) {
            server.close();
        }
    }
}
