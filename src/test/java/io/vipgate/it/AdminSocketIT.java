package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipgate.control.StartException;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.TestEndpoint;
import io.vipgate.it.fixture.TestGateway;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operator's Unix socket. */
@SocketTest
final class AdminSocketIT {
    private static final String PUT = "PUT /api/v1/pools/nginx/endpoints/one/weight HTTP/1.1\r\nConnection: close\r\n";
    private static final String WEIGHT = "Content-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"weight\": 7}";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    @SuppressWarnings("NullAway.Init") // set before each test
    private Path socket;

    @BeforeEach
    void nameTheSocket() {
        socket = directory.resolve("admin.sock");
    }

    private TestGateway.Builder with(TestEndpoint one) {
        return TestGateway.with().endpoint("one", one).more("admin: { bind: [\"127.0.0.1:0\", \"unix:" + socket
                + "\"], tokenFile: " + directory.resolve("token") + " }");
    }

    private String ask(String request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            ByteBuffer left = ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8));
            while (left.hasRemaining()) {
                int _ = channel.write(left);
            }
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            ByteBuffer piece = ByteBuffer.allocate(8192);
            while (channel.read(piece) >= 0) {
                answer.write(piece.array(), 0, piece.position());
                piece.clear();
            }
            return answer.toString(StandardCharsets.UTF_8);
        }
    }

    @Test
    void whoTheKernelKnowsNeedsNoTokenAndNoHost() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket))).isEqualTo("rw-rw----");
            assertThat(ask(PUT + WEIGHT)).startsWith("HTTP/1.1 200");
            assertThat(gateway.state("one").weight()).isEqualTo(7);
            assertThat(ask(PUT + "Host: any.example\r\n" + WEIGHT)).startsWith("HTTP/1.1 200");
            assertThat(ask(PUT + "Origin: http://evil.example\r\n" + WEIGHT)).startsWith("HTTP/1.1 403");
            assertThat(gateway.server().adminServer().orElseThrow().port()).as("TCP is served too").isPositive();
        }
        assertThat(socket).as("after the end").doesNotExist();
    }

    @Test
    void aSocketThatAKilledGatewayLeftIsReplaced() throws Exception {
        ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        killed.bind(UnixDomainSocketAddress.of(socket));
        killed.close();
        assertThat(socket).exists();
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway _ = with(echo).start()) {
            assertThat(ask("GET /healthz HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void aSocketThatALiveGatewayListensOnIsLeftAlone() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway _ = with(echo).start()) {
            assertThatThrownBy(() -> with(echo).start().close()).isInstanceOf(StartException.class)
                    .hasMessageContaining("admin.bind: ").hasMessageContaining("a program listens there already");
            assertThat(ask("GET /healthz HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void whatCanNotBeASocketIsSaid() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint()) {
            Files.writeString(socket, "something else");
            assertThatThrownBy(() -> with(echo).start().close()).isInstanceOf(StartException.class)
                    .hasMessageContaining("there is a file of that name, and no socket");
            assertThat(socket).hasContent("something else");
            socket = directory.resolve("missing").resolve("admin.sock");
            assertThatThrownBy(() -> with(echo).start().close()).isInstanceOf(StartException.class)
                    .hasMessageContaining("no such directory: " + socket.getParent());
        }
    }
}
