package io.vipgate.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinuxSystemCallsTest {
    private static final int EBADF = 9;
    private static final int ENOPROTOOPT = 92;
    private static final int NO_DESCRIPTOR = 1 << 20;

    private final Tcp tcp = new Tcp();
    private final LinuxSystemCalls calls = new LinuxSystemCalls();

    @AfterEach
    void closeAll() {
        tcp.close();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** An address nobody listens on: the port is bound, so that nobody else can begin to. */
    private NativeSocketAddress deadPort() {
        int bound = tcp.own(calls.socket(SystemCalls.AF_INET));
        InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
        assertThat(calls.bind(bound, NativeSocketAddress.of(new InetSocketAddress(loopback, 0)))).isZero();
        ClientAddress local = new ClientAddress();
        assertThat(calls.localAddress(bound, local)).isZero();
        return NativeSocketAddress.of(new InetSocketAddress(loopback, local.port()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void acceptTellsTheClientsAddress(String address) throws Exception {
        // given
        int listener = tcp.listen(address);
        ClientAddress client = new ClientAddress();
        assertThat(calls.accept(listener, client)).isEqualTo(-Errno.EAGAIN);

        // when
        int near = tcp.connect(address, tcp.listenSocket.port(listener));
        int far = tcp.accept(listener, client);

        // then
        ClientAddress local = new ClientAddress();
        assertThat(calls.localAddress(near, local)).isZero();
        assertThat(client.port()).isEqualTo(local.port()).isPositive();
        assertThat(ClientAddress.toInetAddress(client.high(), client.low())).isEqualTo(InetAddress.ofLiteral(address));
        assertThat(calls.localAddress(far, local)).isZero();
        assertThat(local.port()).isEqualTo(tcp.listenSocket.port(listener));
    }

    @Test
    void bytesGoBothWaysAndEachDirectionEndsByItself() throws Exception {
        // given
        Tcp.Pair pair = tcp.pair();
        assertThat(tcp.receive(pair.far())).isEqualTo(-Errno.EAGAIN);

        // when
        assertThat(tcp.send(pair.near(), text("request"))).isEqualTo(7);
        assertThat(calls.shutdownWrite(pair.near())).isZero();

        // then
        assertThat(tcp.receiveExactly(pair.far(), 7)).isEqualTo(text("request"));
        assertThat(tcp.awaitReceive(pair.far())).isZero();
        assertThat(tcp.receive(pair.far())).isZero();
        assertThat(tcp.send(pair.far(), text("answer"))).isEqualTo(6);
        assertThat(tcp.receiveExactly(pair.near(), 6)).isEqualTo(text("answer"));
        assertThat(tcp.receive(pair.near())).isEqualTo(-Errno.EAGAIN);
        assertThat(tcp.send(pair.near(), text("more"))).isEqualTo(-Errno.EPIPE);
    }

    @Test
    void bytesHeldBackLeaveWithTheEnd() throws Exception {
        Tcp.Pair pair = tcp.pair();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment last = arena.allocateFrom("last");

            assertThat(calls.send(pair.near(), last.address(), 4, true)).isEqualTo(4);
            assertThat(calls.shutdownWrite(pair.near())).isZero();
        }

        assertThat(tcp.receiveExactly(pair.far(), 4)).isEqualTo(text("last"));
        assertThat(tcp.awaitReceive(pair.far())).isZero();
    }

    @Test
    void aFullSendQueueTakesNoMoreUntilThePeerReads() throws Exception {
        // given
        Tcp.Pair pair = tcp.pair();
        int sent = tcp.fill(pair.near());

        // then
        assertThat(sent).isGreaterThan(64 << 10);
        assertThat(tcp.send(pair.near(), text("x"))).isEqualTo(-Errno.EAGAIN);
        assertThat(calls.unacknowledged(pair.near())).isPositive();

        // when
        tcp.receiveExactly(pair.far(), sent);

        // then
        Tcp.await(() -> calls.unacknowledged(pair.near()) == 0);
        assertThat(tcp.send(pair.near(), text("x"))).isEqualTo(1);
    }

    @Test
    void aRefusedConnectIsThePendingErrorOnce() {
        // given
        NativeSocketAddress dead = deadPort();
        int fd = tcp.own(calls.socket(SystemCalls.AF_INET));

        // when
        int connected = calls.connect(fd, dead);

        // then
        assertThat(connected).isEqualTo(-Errno.EINPROGRESS);
        int[] error = new int[1];
        Tcp.await(() -> {
            error[0] = calls.socketError(fd);
            return error[0] != 0;
        });
        assertThat(error[0]).isEqualTo(Errno.ECONNREFUSED);
        assertThat(calls.socketError(fd)).isZero();
    }

    @Test
    void aConnectThatSucceedsHasNoPendingError() throws Exception {
        Tcp.Pair pair = tcp.pair();

        assertThat(calls.socketError(pair.near())).isZero();
        assertThat(calls.socketError(pair.far())).isZero();
    }

    @Test
    void resetOnCloseMakesThePeerSeeAReset() throws Exception {
        // given
        Tcp.Pair pair = tcp.pair();
        tcp.send(pair.near(), text("dropped or not"));
        assertThat(calls.setResetOnClose(pair.near())).isZero();

        // when
        tcp.close(pair.near());

        // then
        Tcp.await(() -> tcp.receive(pair.far()) == -Errno.ECONNRESET);
        assertThat(tcp.send(pair.far(), text("x"))).isEqualTo(-Errno.EPIPE);
    }

    @Test
    void closeWithUnreadInputIsAResetToo() throws Exception {
        // given
        Tcp.Pair pair = tcp.pair();
        tcp.send(pair.far(), text("never read"));
        assertThat(Tcp.await(() -> {
            try (Arena arena = Arena.ofConfined()) {
                return calls.receive(pair.near(), arena.allocate(1).address(), 1);
            }
        })).isEqualTo(1);

        // when
        tcp.close(pair.near());

        // then
        assertThat(tcp.awaitReceive(pair.far())).isEqualTo(-Errno.ECONNRESET);
    }

    @Test
    void tcpInfoTellsAShutWindowFromAnOpenOne() throws Exception {
        // given
        Tcp.Pair pair = tcp.pair();
        TcpInfo info = new TcpInfo();
        assertThat(calls.tcpInfo(pair.near(), info)).isZero();
        assertThat(info.isWindowShut()).isFalse();
        assertThat(info.lastAckReceivedMillis()).isBetween(0, 10_000);

        // when the peer reads nothing
        int sent = tcp.fill(pair.near());

        // then
        Tcp.await(() -> calls.tcpInfo(pair.near(), info) == 0 && info.isWindowShut());

        // when it reads
        tcp.receiveExactly(pair.far(), sent);

        // then
        Tcp.await(() -> calls.tcpInfo(pair.near(), info) == 0 && !info.isWindowShut());
    }

    @Test
    void bytesPassThroughAPipe() throws Exception {
        // given
        Tcp.Pair pair = tcp.pair();
        Pipe pipe = Objects.requireNonNull(calls.openPipe(PipePool.PIPE_BYTES));
        tcp.own(pipe.readFd());
        tcp.own(pipe.writeFd());
        byte[] message = new byte[50_000];
        new SplittableRandom(50_000).nextBytes(message);
        assertThat(calls.splice(pair.far(), pipe.writeFd(), 1 << 20)).isEqualTo(-Errno.EAGAIN);

        // when
        assertThat(tcp.send(pair.near(), message)).isEqualTo(message.length);
        int in = 0;
        while (in < message.length) {
            in += Tcp.await(() -> calls.splice(pair.far(), pipe.writeFd(), 1 << 20));
        }
        int out = 0;
        while (out < message.length) {
            out += Tcp.await(() -> calls.splice(pipe.readFd(), pair.far(), 1 << 20));
        }

        // then
        assertThat(tcp.receiveExactly(pair.near(), message.length)).isEqualTo(message);
        assertThat(calls.splice(pipe.readFd(), pair.far(), 1 << 20)).isEqualTo(-Errno.EAGAIN);
        assertThat(calls.shutdownWrite(pair.near())).isZero();
        assertThat(Tcp.await(() -> calls.splice(pair.far(), pipe.writeFd(), 1 << 20))).isZero();
    }

    @Test
    void aFullPipeTakesNoMore() throws Exception {
        // given
        Tcp.Pair pair = tcp.pair();
        Pipe pipe = Objects.requireNonNull(calls.openPipe(64 << 10));
        tcp.own(pipe.readFd());
        tcp.own(pipe.writeFd());
        tcp.fill(pair.near());

        // when
        Tcp.await(() -> calls.splice(pair.far(), pipe.writeFd(), 1 << 20) == -Errno.EAGAIN
                && tcp.receive(pair.far()) > 0);

        // then the socket has more, the pipe has no room
        tcp.fill(pair.near());
        assertThat(calls.splice(pair.far(), pipe.writeFd(), 1 << 20)).isEqualTo(-Errno.EAGAIN);
        assertThat(calls.splice(pipe.readFd(), pair.far(), 1 << 20)).isPositive();
    }

    @Test
    void aPipeSaysHowMuchTheKernelGranted() throws IOException {
        Pipe pipe = Objects.requireNonNull(calls.openPipe(PipePool.PIPE_BYTES));
        tcp.own(pipe.readFd());
        tcp.own(pipe.writeFd());

        assertThat(pipe.capacity()).isBetween(64 << 10, PipePool.PIPE_BYTES);
        assertThat(Files.readSymbolicLink(Path.of("/proc/self/fd/" + pipe.readFd())).toString()).startsWith("pipe:");
        // O_NONBLOCK and O_CLOEXEC, in octal.
        assertThat(Files.readString(Path.of("/proc/self/fdinfo/" + pipe.readFd()))).contains("flags:\t02004000");
        assertThat(Files.readString(Path.of("/proc/self/fdinfo/" + pipe.writeFd()))).contains("flags:\t02004001");
    }

    @Test
    void socketsDoNotBlockAndDoNotOutliveAnExec() throws Exception {
        Tcp.Pair pair = tcp.pair();

        for (int fd : new int[]{pair.near(), pair.far()}) {
            assertThat(Files.readString(Path.of("/proc/self/fdinfo/" + fd))).contains("flags:\t02004002");
        }
    }

    @Test
    void everyCallReturnsItsErrorNumberNegated() {
        ClientAddress address = new ClientAddress();
        NativeSocketAddress loopback = NativeSocketAddress
                .of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 1));
        try (Arena arena = Arena.ofConfined()) {
            long memory = arena.allocate(8).address();

            assertThat(calls.accept(NO_DESCRIPTOR, address)).isEqualTo(-EBADF);
            assertThat(calls.connect(NO_DESCRIPTOR, loopback)).isEqualTo(-EBADF);
            assertThat(calls.bind(NO_DESCRIPTOR, loopback)).isEqualTo(-EBADF);
            assertThat(calls.listen(NO_DESCRIPTOR, 1)).isEqualTo(-EBADF);
            assertThat(calls.receive(NO_DESCRIPTOR, memory, 8)).isEqualTo(-EBADF);
            assertThat(calls.send(NO_DESCRIPTOR, memory, 8, false)).isEqualTo(-EBADF);
            assertThat(calls.shutdownWrite(NO_DESCRIPTOR)).isEqualTo(-EBADF);
            assertThat(calls.close(NO_DESCRIPTOR)).isEqualTo(-EBADF);
            assertThat(calls.setOption(NO_DESCRIPTOR, 1, 1, 1)).isEqualTo(-EBADF);
            assertThat(calls.setResetOnClose(NO_DESCRIPTOR)).isEqualTo(-EBADF);
            assertThat(calls.socketError(NO_DESCRIPTOR)).isEqualTo(-EBADF);
            assertThat(calls.localAddress(NO_DESCRIPTOR, address)).isEqualTo(-EBADF);
            assertThat(calls.unacknowledged(NO_DESCRIPTOR)).isEqualTo(-EBADF);
            assertThat(calls.tcpInfo(NO_DESCRIPTOR, new TcpInfo())).isEqualTo(-EBADF);
            assertThat(calls.splice(NO_DESCRIPTOR, NO_DESCRIPTOR, 8)).isEqualTo(-EBADF);
            assertThat(calls.socket(-1)).isEqualTo(-Errno.EAFNOSUPPORT);
            int fd = tcp.own(calls.socket(SystemCalls.AF_INET));
            assertThat(calls.setOption(fd, SocketOptions.SOL_TCP, 9999, 1)).isEqualTo(-ENOPROTOOPT);
            assertThat(calls.shutdownWrite(fd)).isEqualTo(-Errno.ENOTCONN);
            assertThat(calls.setOption(fd, SocketOptions.SOL_TCP, SocketOptions.TCP_KEEPIDLE, 0))
                    .isEqualTo(-Errno.EINVAL);
        }
    }

    @Test
    void aSegmentOfBytesIsReadWhereTheCallerSays() throws Exception {
        Tcp.Pair pair = tcp.pair();
        tcp.send(pair.near(), text("abcdef"));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(8);

            int received = Tcp.await(() -> calls.receive(pair.far(), memory.address() + 2, 3));

            assertThat(received).isEqualTo(3);
            assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(text("\0\0abc\0\0\0"));
        }
    }

    @Test
    void theLimitOfDescriptorsIsTheOneTheKernelTells() throws IOException {
        String soft = Files.readAllLines(Path.of("/proc/self/limits")).stream()
                .filter(line -> line.startsWith("Max open files")).findFirst().orElseThrow().split("\\s+", -1)[3];

        long limit = calls.resourceLimit(7);

        assertThat(soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft)).isEqualTo(limit);
        assertThat(FdBudget.limitOfThisProcess()).isEqualTo(limit);
    }
}
