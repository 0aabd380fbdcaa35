package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class that leaves sockets, pipes or event loops open.
 *
 * <p>Stateless; what it remembers lies in JUnit's store.
 */
final class NothingLeftBehind implements BeforeAllCallback, AfterAllCallback {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace
            .create(NothingLeftBehind.class);
    private static final String BASELINE = "baseline";
    /** Pollers that the JDK opens for virtual threads when it first needs them; a leaked event loop has three of them. */
    private static final int POLLERS = 2;

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        warmUp();
        context.getStore(NAMESPACE).put(BASELINE, Descriptors.now());
    }

    @Override
    public void afterAll(ExtensionContext context) {
        Descriptors before = context.getStore(NAMESPACE).getOrDefault(BASELINE, Descriptors.class, Descriptors.NONE);
        Await.quietly(Duration.ofSeconds(3), () -> isBackTo(before));
        Descriptors after = Descriptors.now();
        assertThat(isBackTo(before)).as("descriptors before the class: %s, after it: %s", before, after).isTrue();
    }

    private static boolean isBackTo(Descriptors before) {
        Descriptors now = Descriptors.now();
        return now.sockets() <= before.sockets() && now.pipes() <= before.pipes()
                && now.anonymous() <= before.anonymous() + POLLERS;
    }

    /** The JDK opens some descriptors of its own at the first use of sockets and of virtual threads. */
    private static void warmUp() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread accepting = Thread.startVirtualThread(() -> {
                try (Socket accepted = server.accept()) {
                    int first = accepted.getInputStream().read();
                    accepted.getOutputStream().write(first);
                } catch (java.io.IOException e) {
                    throw new AssertionError(e);
                }
            });
            Thread connecting = Thread.startVirtualThread(() -> {
                try (Socket client = new Socket(server.getInetAddress(), server.getLocalPort())) {
                    client.getOutputStream().write(1);
                    assertThat(client.getInputStream().read()).isEqualTo(1);
                } catch (java.io.IOException e) {
                    throw new AssertionError(e);
                }
            });
            connecting.join();
            accepting.join();
        }
    }
}
