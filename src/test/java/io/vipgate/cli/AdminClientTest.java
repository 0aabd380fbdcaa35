package io.vipgate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipgate.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminClientTest {
    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nConnection: close\r\n\r\n{\"ok\": true}";

    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    @SuppressWarnings("NullAway.Init") // set before each test
    private Server socket;

    @SuppressWarnings("NullAway.Init") // set before each test
    private Server address;

    /** What a server does with a connection. */
    private enum Manners {
        HANG_UP, READ_AND_HANG_UP, ANSWER
    }

    /** Takes one connection after another. Thread-safe. */
    private static final class Server implements AutoCloseable {
        private final ServerSocketChannel listening;
        private final AtomicInteger calls = new AtomicInteger();
        private volatile Manners manners = Manners.ANSWER;

        Server(ServerSocketChannel listening) {
            this.listening = listening;
            Thread.startVirtualThread(this::serve);
        }

        private void serve() {
            while (listening.isOpen()) {
                try (SocketChannel accepted = listening.accept()) {
                    calls.incrementAndGet();
                    if (manners != Manners.HANG_UP) {
                        readRequest(accepted);
                    }
                    if (manners == Manners.ANSWER) {
                        accepted.write(ByteBuffer.wrap(ANSWER.getBytes(StandardCharsets.UTF_8)));
                    }
                } catch (ClosedChannelException e) {
                    return;
                } catch (IOException e) {
                    // The client has ended it: the next one.
                }
            }
        }

        private static void readRequest(SocketChannel accepted) throws IOException {
            StringBuilder all = new StringBuilder();
            ByteBuffer piece = ByteBuffer.allocate(64 << 10);
            while (!isWhole(all) && accepted.read(piece) >= 0) {
                all.append(StandardCharsets.ISO_8859_1.decode(piece.flip()));
                piece.clear();
            }
        }

        private static boolean isWhole(StringBuilder request) {
            int end = request.indexOf("\r\n\r\n");
            Matcher length = LENGTH.matcher(request.substring(0, Math.max(0, end)));
            return end >= 0
                    && request.length() >= end + 4 + (length.find() ? Integer.parseInt(length.group(1)) : 0);
        }

        @Override
        public void close() throws IOException {
            listening.close();
        }
    }

    @BeforeEach
    void listen() throws IOException {
        ServerSocketChannel unix = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        unix.bind(UnixDomainSocketAddress.of(directory.resolve("admin.sock")));
        socket = new Server(unix);
        ServerSocketChannel tcp = ServerSocketChannel.open();
        tcp.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        address = new Server(tcp);
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
        address.close();
    }

    private static boolean isOk(Json answer) {
        return answer.get("ok").isTrue();
    }

    private AdminClient client() throws IOException {
        return new AdminClient(List.of(URI.create("unix:" + directory.resolve("admin.sock")), URI.create(
                "http://127.0.0.1:" + ((InetSocketAddress) address.listening.getLocalAddress()).getPort())),
                () -> "token");
    }

    @Test
    void theFirstAddressThatAnswersIsAsked() throws IOException {
        assertThat(client().get("/api/v1/status", Map.of())).matches(AdminClientTest::isOk);
        assertThat(address.calls).hasValue(0);
    }

    @Test
    void aReadGoesToTheNextAddressWhenTheFirstHangsUp() throws IOException {
        for (Manners manners : List.of(Manners.HANG_UP, Manners.READ_AND_HANG_UP)) {
            socket.manners = manners;
            assertThat(client().get("/api/v1/status", Map.of())).matches(AdminClientTest::isOk);
        }
    }

    @Test
    void aReadIsTriedAgainWhenNobodyAnswered() throws IOException {
        socket.manners = Manners.READ_AND_HANG_UP;
        address.manners = Manners.READ_AND_HANG_UP;
        AdminClient client = client();

        assertThatThrownBy(() -> client.get("/api/v1/status", Map.of())).isInstanceOf(CommandException.class)
                .hasMessageContaining("can't be reached");
        assertThat(socket.calls).hasValue(3);
    }

    @Test
    void aChangeThatMayHaveBeenMadeIsNotSentAgain() throws IOException {
        socket.manners = Manners.READ_AND_HANG_UP;
        AdminClient client = client();

        assertThatThrownBy(() -> client.post("/api/v1/reload")).isInstanceOf(CommandException.class)
                .hasMessageContaining("unix:");
        assertThat(socket.calls).hasValue(1);
        assertThat(address.calls).hasValue(0);
    }

    @Test
    void aChangeThatWasNotWhollySentGoesToTheNextAddress() throws IOException {
        socket.manners = Manners.HANG_UP;
        // More than a socket holds, so that the end comes while it is sent.
        Json large = Json.of("x".repeat(8 << 20));

        assertThat(client().put("/api/v1/x", large)).matches(AdminClientTest::isOk);
        assertThat(address.calls).hasValue(1);
    }
}
