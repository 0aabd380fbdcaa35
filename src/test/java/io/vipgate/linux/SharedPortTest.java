package io.vipgate.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vipgate.linux.ListenSocket.Overlap;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the sockets of a port come to be: no client that has come meanwhile is reset, and no stranger joins. */
class SharedPortTest {
    private static final InetAddress ONE = InetAddress.ofLiteral("127.0.0.2");
    private static final InetAddress ANY = InetAddress.ofLiteral("0.0.0.0");

    private final Tcp tcp = new Tcp();
    /** What was called, such as {@code listen 7}. */
    private final List<String> calls = new ArrayList<>();
    /** Called with each descriptor that has begun to listen. */
    private IntConsumer onListening = _ -> {};

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    @AfterEach
    void closeAll() {
        tcp.close();
    }

    /** Opens through system calls that are written down. */
    private ListenSocket recording() {
        SystemCalls kernel = new LinuxSystemCalls();
        return new ListenSocket((SystemCalls) Proxy.newProxyInstance(SystemCalls.class.getClassLoader(),
                new Class<?>[]{SystemCalls.class}, (_, method, arguments) -> {
                    calls.add(method.getName() + " " + arguments[0]);
                    try {
                        Object answer = method.invoke(kernel, arguments);
                        if (method.getName().equals("listen")) {
                            onListening.accept((int) arguments[0]);
                        }
                        return answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    private List<Integer> of(String call) {
        return calls.stream().filter(each -> each.startsWith(call + " "))
                .map(each -> Integer.parseInt(each.substring(call.length() + 1))).toList();
    }

    private int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    private static ListenSocket.Wanted wanted(@Nullable InetAddress address, int port, Overlap overlap) {
        return new ListenSocket.Wanted(address, port, Tcp.OPTIONS, overlap);
    }

    private List<List<Integer>> open(ListenSocket listenSocket, int count, ListenSocket.Wanted... addresses)
            throws ListenSocket.BindException {
        List<List<Integer>> opened = listenSocket.open(List.of(addresses), count);
        opened.forEach(group -> group.forEach(tcp::own));
        return opened;
    }

    private boolean isServedBy(List<Integer> group, String address, int port) {
        int near = tcp.connect(address, port);
        int[] far = {-Errno.EAGAIN};
        for (int i = 0; i < 200 && far[0] < 0; i++) {
            for (int fd : group) {
                far[0] = Math.max(far[0], tcp.calls.accept(fd, new ClientAddress()));
            }
            if (far[0] < 0) {
                java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
            }
        }
        tcp.close(near);
        if (far[0] >= 0) {
            tcp.calls.close(far[0]);
        }
        return far[0] >= 0;
    }

    @Test
    void noSocketThatListensIsClosed() throws Exception {
        open(recording(), 3, wanted(InetAddress.getLoopbackAddress(), 0, Overlap.NONE));

        assertThat(of("listen")).hasSize(3).doesNotHaveDuplicates();
        assertThat(of("close")).isEmpty();
    }

    @Test
    void clientThatComesBeforeTheOtherLoopsJoinIsStillThere() throws Exception {
        // given a client as soon as a socket listens
        ListenSocket listenSocket = recording();
        int port = freePort();
        List<Integer> early = new ArrayList<>();
        onListening = _ -> {
            if (early.isEmpty()) {
                early.add(tcp.connect("127.0.0.1", port));
            }
        };

        // when
        List<Integer> group = open(listenSocket, 4,
                wanted(InetAddress.ofLiteral("127.0.0.1"), port, Overlap.NONE)).getFirst();

        // then it waits in the queue of the first
        int far = tcp.accept(group.getFirst(), new ClientAddress());
        assertThat(tcp.calls.socketError(early.getFirst())).isZero();
        assertThat(far).isPositive();
    }

    @Test
    void noAddressListensBeforeAllAreBound() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, ONE)) {
            ListenSocket.BindException refused = catchThrowableOfType(ListenSocket.BindException.class,
                    () -> open(recording(), 2, wanted(InetAddress.getLoopbackAddress(), freePort(), Overlap.NONE),
                            wanted(ONE, taken.getLocalPort(), Overlap.NONE)));

            assertThat(refused.index()).isEqualTo(1);
            assertThat(refused.errno()).isEqualTo(Errno.EADDRINUSE);
            assertThat(of("listen")).isEmpty();
            assertThat(of("close")).as("nothing stays open").hasSize(4);
        }
    }

    @ParameterizedTest
    @CsvSource({"0.0.0.0, 127.0.0.2", "127.0.0.2, 0.0.0.0", "'', 127.0.0.2", "127.0.0.2, ''", "::, ::1", "::1, ''"})
    void wildcardAndOneAddressSharePortInWhateverOrderTheyAreOpened(String first, String second) throws Exception {
        ListenSocket listenSocket = new ListenSocket();
        InetAddress a = first.isEmpty() ? null : InetAddress.ofLiteral(first);
        InetAddress b = second.isEmpty() ? null : InetAddress.ofLiteral(second);
        List<Integer> rest = List.of();
        List<Integer> one = List.of();
        for (Overlap overlap : List.of(Overlap.OPENED_TOGETHER, Overlap.OPEN_ALREADY)) {
            int port = freePort();
            List<List<Integer>> opened = new ArrayList<>();
            if (overlap == Overlap.OPENED_TOGETHER) {
                opened.addAll(open(listenSocket, 2, wanted(a, port, overlap), wanted(b, port, overlap)));
            } else {
                opened.addAll(open(listenSocket, 2, wanted(a, port, Overlap.NONE)));
                opened.addAll(open(listenSocket, 2, wanted(b, port, overlap)));
            }
            boolean isFirstWild = a == null || a.isAnyLocalAddress();
            rest = opened.get(isFirstWild ? 0 : 1);
            one = opened.get(isFirstWild ? 1 : 0);
            String address = isFirstWild ? second : first;

            for (int i = 0; i < 16; i++) {
                assertThat(isServedBy(one, address, port)).as("the one address has its own").isTrue();
            }
            assertThat(isServedBy(rest, address.contains(":") ? "127.0.0.1" : "127.0.0.3", port))
                    .isEqualTo(!first.equals("::"));
        }
    }

    @Test
    void strangerIsRefusedThoughTheSocketsOfThePortShareIt() throws Exception {
        // given a program of this user that shares the port, as one that asks for SO_REUSEPORT may
        int port = freePort();
        open(new ListenSocket(), 1, wanted(ANY, port, Overlap.NONE));
        Path source = Files.writeString(directory.resolve("Stranger.java"), """
                void main(String[] arguments) throws Exception {
                    var socket = new java.net.ServerSocket();
                    socket.setOption(java.net.StandardSocketOptions.SO_REUSEPORT, true);
                    socket.bind(new java.net.InetSocketAddress("127.0.0.2", Integer.parseInt(arguments[0])));
                    IO.println("listening");
                    System.in.read();
                }
                """);
        Process stranger = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                source.toString(), Integer.toString(port)).redirectErrorStream(true).start();
        try (BufferedReader said = stranger.inputReader()) {
            assertThat(said.readLine()).isEqualTo("listening");

            // when
            ListenSocket.BindException refused = catchThrowableOfType(ListenSocket.BindException.class,
                    () -> open(recording(), 2, wanted(ONE, port, Overlap.OPEN_ALREADY)));

            // then
            assertThat(refused).hasMessageContaining("in use by java (pid " + stranger.pid() + ")");
            assertThat(of("listen")).isEmpty();
        } finally {
            stranger.destroyForcibly().waitFor();
        }
    }

    private static ListenSocket.Wanted left(int port, List<Integer> inherited) {
        return new ListenSocket.Wanted(InetAddress.getLoopbackAddress(), port, Tcp.OPTIONS, Overlap.NONE, inherited);
    }

    @Test
    void whatAnEarlierProcessHasLeftIsTakenOverWithWhoWaitsThere() throws Exception {
        List<Integer> left = open(new ListenSocket(), 2, wanted(InetAddress.getLoopbackAddress(), 0, Overlap.NONE))
                .getFirst();
        int port = tcp.listenSocket.port(left.getFirst());
        int waiting = tcp.connect("127.0.0.1", port);

        List<Integer> group = open(recording(), 2, left(port, left)).getFirst();

        assertThat(group).isEqualTo(left);
        assertThat(of("bind")).isEmpty();
        assertThat(of("close")).isEmpty();
        assertThat(isServedBy(group, "127.0.0.1", port)).isTrue();
        tcp.close(waiting);
    }

    @Test
    void moreLoopsThanBeforeJoinWhatWasLeft() throws Exception {
        List<Integer> left = open(new ListenSocket(), 2, wanted(InetAddress.getLoopbackAddress(), 0, Overlap.NONE))
                .getFirst();
        int port = tcp.listenSocket.port(left.getFirst());

        List<Integer> group = open(recording(), 4, left(port, left)).getFirst();

        assertThat(group).hasSize(4).startsWith(left.toArray(Integer[]::new)).doesNotHaveDuplicates();
        assertThat(of("bind")).isEqualTo(group.subList(2, 4));
        assertThat(group).allSatisfy(fd -> assertThat(tcp.listenSocket.port(fd)).isEqualTo(port));
        assertThat(isServedBy(group, "127.0.0.1", port)).isTrue();
    }

    @Test
    void whatWasLeftIsClosedWhenAnotherAddressCannotBeHad() throws Exception {
        List<Integer> left = new ListenSocket().open(wanted(InetAddress.getLoopbackAddress(), 0, Overlap.NONE), 1);
        int port = tcp.listenSocket.port(left.getFirst());
        int taken = tcp.listenSocket.port(tcp.listen("127.0.0.1"));

        assertThatThrownBy(() -> recording().open(
                List.of(left(port, left), wanted(InetAddress.getLoopbackAddress(), taken, Overlap.NONE)), 1))
                .isInstanceOf(ListenSocket.BindException.class).hasMessageContaining("in use");

        assertThat(of("close")).containsAll(left);
    }
}
