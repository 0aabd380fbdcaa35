package io.vipgate.relay;

import static io.vipgate.relay.RelayFixture.SECOND;
import static io.vipgate.relay.RelayFixture.bytes;
import static io.vipgate.relay.RelayFixture.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vipgate.linux.Errno;
import io.vipgate.linux.SocketOptions;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Whatever is thrown while a relay moves bytes, is timed, ended or told of: that relay ends by RST on both sides, is logged
 * once, and leaves nothing; the others go on.
 */
class RelayFaultTest {
    private final RelayFixture fixture = new RelayFixture();
    private final FakeKernel kernel = fixture.kernel;
    private final Logger logger = (Logger) LoggerFactory.getLogger("io.vipgate");
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(log);
    }

    /** What may be thrown, and at which system call. */
    static Stream<Arguments> faults() {
        return Stream.of(new StackOverflowError(), new OutOfMemoryError("test"), new NoClassDefFoundError("test"),
                new InternalError("test"), new AssertionError("test"), new IllegalStateException("test"))
                .flatMap(fault -> Stream.of("receive", "send", "splice", "shutdown")
                        .map(call -> Arguments.of(fault, call)));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void faultWhileBytesMoveResetsBothSides(Throwable fault, String call) {
        RelayFixture.Pair pair = fixture.connected();
        RelayFixture.Pair other = fixture.connected();
        pair.client().peerSends(bytes("one "));
        kernel.settle();
        kernel.beforeCall(throwOnce(call, fault));
        pair.client().peerSends(pattern(1_000_000));
        pair.client().peerFin();
        kernel.settle();

        assertResetOnBothSides(pair);
        assertThat(kernel.openSockets()).as("sockets of the other relay").isEqualTo(2);
        other.client().peerSends(bytes("two"));
        kernel.settle();
        assertThat(other.backend().arrived()).isEqualTo(bytes("two"));
        assertLoggedOnce(fault);
        end(other);
    }

    @Test
    void bytesThatWereReadAndNotWrittenNeverLeaveAGap() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().peerSends(bytes("one "));
        kernel.settle();
        kernel.beforeCall(throwOnce("send", new StackOverflowError()));
        pair.client().peerSends(bytes("TWO "));
        kernel.settle();
        pair.client().peerSends(bytes("three"));
        pair.client().peerFin();
        kernel.settle();

        assertThat(pair.backend().arrived()).isEqualTo(bytes("one "));
        assertResetOnBothSides(pair);
        fixture.assertNothingLeft();
    }

    @Test
    void faultInATurnThatWasPutOffResetsBothSides() {
        RelayFixture.Pair pair = fixture.connected();
        pair.client().room(Integer.MAX_VALUE);
        pair.backend().peerSends(pattern(8_000_000));
        kernel.batch();
        assertThat(kernel.loop.putOff()).isPositive();
        kernel.beforeCall(throwOnce("splice", new StackOverflowError()));
        kernel.settle();

        assertResetOnBothSides(pair);
        fixture.assertNothingLeft();
    }

    @Test
    void faultInATimerResetsBothSides() {
        RelayFixture.Pair pair = fixture.connected();
        kernel.beforeCall(throwOnce("setOption", new LinkageError("test")));
        kernel.pass(6 * SECOND);

        assertResetOnBothSides(pair);
        fixture.assertNothingLeft();
    }

    @Test
    void faultInADelayedAcknowledgementLeavesTheOthersTheirs() {
        RelayFixture.Pair first = fixture.connected();
        RelayFixture.Pair second = fixture.connected();
        kernel.beforeCall(throwOnce("setOption", new StackOverflowError()));
        kernel.pass(SECOND / 10);

        assertResetOnBothSides(first);
        assertThat(second.client().calls).doesNotContain("close");
        RelayFixture.Pair third = fixture.connected();
        kernel.pass(SECOND / 10);
        assertThat(third.client().tcpOptions).as("its acknowledgement is sent")
                .containsEntry(SocketOptions.TCP_QUICKACK, 1);
        second.client().peerResets();
        end(third);
    }

    @Test
    void faultInADrainResetsThatRelayAndTheDrainGoesOn() {
        RelayFixture.Pair first = fixture.connected();
        RelayFixture.Pair second = fixture.connected();
        kernel.pass(SECOND);
        kernel.beforeCall(throwOnce("shutdown", new StackOverflowError()));
        boolean[] isDone = {false};
        RelayDrain.begin(fixture.loop, 4 * SECOND, () -> isDone[0] = true);
        kernel.pass(10 * SECOND);

        assertThat(isDone[0]).isTrue();
        assertThat(Stream.of(first, second).filter(pair -> pair.client().isReset && pair.backend().isReset))
                .isNotEmpty();
        fixture.assertNothingLeft();
    }

    @ParameterizedTest
    @MethodSource("observed")
    void faultOfAnObserverLeavesNothing(String what, Consumer<RelayFaultTest> play) {
        fixture.onTold = throwOnce(what, new StackOverflowError());
        play.accept(this);

        fixture.assertNothingLeft();
        assertThat(log.list).hasSize(1);
        RelayFixture.Pair next = fixture.connected();
        next.client().peerSends(bytes("hello"));
        kernel.settle();
        assertThat(next.backend().arrived()).isEqualTo(bytes("hello"));
        end(next);
    }

    static Stream<Arguments> observed() {
        Consumer<RelayFaultTest> connect = test -> {
            test.kernel.client();
            test.kernel.settle();
        };
        return Stream.of(
                Arguments.of("opened", connect),
                Arguments.of("connectFailed", (Consumer<RelayFaultTest>) test -> {
                    test.kernel.client();
                    test.kernel.settle();
                    test.kernel.dialled.getLast().fail(Errno.ECONNREFUSED);
                    test.kernel.settle();
                }),
                Arguments.of("connected", (Consumer<RelayFaultTest>) test -> {
                    test.kernel.client();
                    test.kernel.settle();
                    test.kernel.dialled.getLast().accept();
                    test.kernel.settle();
                }),
                Arguments.of("closed", (Consumer<RelayFaultTest>) test -> {
                    RelayFixture.Pair pair = test.fixture.connected();
                    pair.client().peerResets();
                    test.kernel.settle();
                    test.kernel.pass(2 * SECOND);
                }));
    }

    /** Throws at the first call of this name. */
    private static Consumer<String> throwOnce(String name, Throwable fault) {
        boolean[] isDone = {false};
        return call -> {
            if (call.equals(name) && !isDone[0]) {
                isDone[0] = true;
                if (fault instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) fault;
            }
        };
    }

    private static void assertResetOnBothSides(RelayFixture.Pair pair) {
        assertThat(pair.client().isReset).as("client is reset").isTrue();
        assertThat(pair.backend().isReset).as("endpoint is reset").isTrue();
        assertThat(pair.client().hasFin || pair.backend().hasFin).as("a FIN").isFalse();
    }

    private void assertLoggedOnce(Throwable fault) {
        assertThat(log.list).hasSize(1);
        assertThat(log.list.getFirst().getThrowableProxy().getClassName()).isEqualTo(fault.getClass().getName());
    }

    private void end(RelayFixture.Pair pair) {
        pair.client().peerFin();
        pair.backend().peerFin();
        kernel.settle();
        fixture.assertNothingLeft();
    }
}
