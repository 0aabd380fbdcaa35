package io.vipgate.eventloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vipgate.linux.SystemCalls;
import io.vipgate.linux.Tcp;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** {@link EventLoops} over the real epoll. */
class EpollEventLoopTest {
    private static final byte[] BYTE = "x".getBytes(StandardCharsets.UTF_8);

    private final Tcp tcp = new Tcp();
    private final EventLoops loops = new EventLoops(1);
    private final EventLoop loop = loops.all().getFirst();

    @AfterEach
    void closeAll() {
        loops.close();
        tcp.close();
    }

    /** Runs something on the loop that completes a future sooner or later, and waits for it. */
    private <T extends @Nullable Object> T onLoop(Consumer<CompletableFuture<T>> task)
            throws InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<T> done = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                task.accept(done);
            } catch (Throwable t) {
                done.completeExceptionally(t);
            }
        });
        return done.get(10, TimeUnit.SECONDS);
    }

    /** A socket that the loop may own: it closes it with its registration. */
    private int given(int fd) {
        tcp.disown(fd);
        return fd;
    }

    @Test
    void epollIsAvailable() {
        assertThat(EventLoops.whyUnavailable()).isNull();
    }

    @Test
    void tasksRunOnTheLoopsOwnThreadAndNoOtherCountsAsIt() throws Exception {
        assertThat(loop.inEventLoop()).isFalse();
        assertThat(this.<Boolean>onLoop(done -> done.complete(loop.inEventLoop()))).isTrue();
    }

    @Test
    void theClockStandsStillWithinABatch() throws Exception {
        // given two sockets that are ready in the same batch
        Tcp.Pair pair = tcp.pair();
        int near = given(pair.near());
        int far = given(pair.far());

        // when
        List<Long> read = onLoop(done -> {
            List<Long> times = new ArrayList<>();
            List<Registration> registrations = new ArrayList<>();
            ReadyHandler handler = _ -> {
                long before = System.nanoTime();
                times.add(loop.now());
                while (System.nanoTime() - before < 100_000) {
                    Thread.onSpinWait();
                }
                times.add(loop.now());
                if (times.size() == 4) {
                    registrations.forEach(Registration::close);
                    // After the batch the clock goes on.
                    loop.execute(() -> {
                        times.add(loop.now());
                        done.complete(times);
                    });
                }
            };
            registrations.add(loop.register(near, Ready.OUT | Ready.EDGE, handler));
            registrations.add(loop.register(far, Ready.OUT | Ready.EDGE, handler));
        });

        // then
        assertThat(read).hasSize(5);
        assertThat(read.subList(0, 4)).containsOnly(read.getFirst());
        assertThat(read.getLast() - read.getFirst()).isGreaterThanOrEqualTo(200_000);
    }

    @Test
    void outsideABatchTheClockIsReadEachTime() throws Exception {
        long passed = onLoop(done -> {
            long first = loop.now();
            long before = System.nanoTime();
            while (System.nanoTime() - before < 100_000) {
                Thread.onSpinWait();
            }
            done.complete(loop.now() - first);
        });

        assertThat(passed).isGreaterThanOrEqualTo(100_000);
    }

    @Test
    void aClosedDescriptorsNumberDoesNotComeBackWithinTheBatch() throws Exception {
        // given two sockets that are ready in the same batch
        Tcp.Pair pair = tcp.pair();
        int near = given(pair.near());
        int far = given(pair.far());
        List<Integer> calledFor = new ArrayList<>();
        List<Integer> openedMeanwhile = new ArrayList<>();
        AtomicBoolean wasOpenInBatch = new AtomicBoolean();

        // when whoever comes first closes both and opens new ones
        onLoop(done -> {
            List<Registration> registrations = new ArrayList<>();
            ReadyHandler[] handlers = new ReadyHandler[2];
            for (int i = 0; i < 2; i++) {
                int which = i;
                handlers[i] = _ -> {
                    calledFor.add(which);
                    if (calledFor.size() == 1) {
                        registrations.forEach(Registration::close);
                        for (int n = 0; n < 4; n++) {
                            openedMeanwhile.add(loop.systemCalls().socket(SystemCalls.AF_INET));
                        }
                        wasOpenInBatch.set(Tcp.isOpen(near) && Tcp.isOpen(far));
                        loop.execute(() -> done.complete(null));
                    }
                };
            }
            registrations.add(loop.register(near, Ready.OUT, handlers[0]));
            registrations.add(loop.register(far, Ready.OUT, handlers[1]));
        });

        // then
        openedMeanwhile.forEach(tcp::own);
        assertThat(wasOpenInBatch).isTrue();
        assertThat(openedMeanwhile).doesNotContain(near, far);
        assertThat(Tcp.isOpen(near)).isFalse();
        assertThat(Tcp.isOpen(far)).isFalse();

        // and a new socket of the same number is watched for its own handler alone
        int events = calledFor.size();
        Tcp.Pair successor = tcp.pair();
        assertThat(List.of(successor.near(), successor.far())).containsAnyOf(near, far);
        int again = given(successor.near());
        onLoop(done -> {
            Registration[] registration = new Registration[1];
            registration[0] = loop.register(again, Ready.OUT, _ -> {
                registration[0].close();
                done.complete(null);
            });
        });
        assertThat(calledFor).hasSize(events).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void outsideABatchADescriptorIsClosedAtOnce() throws Exception {
        Tcp.Pair pair = tcp.pair();
        int near = given(pair.near());

        boolean isOpen = onLoop(done -> {
            loop.register(near, Ready.IN, _ -> {}).close();
            done.complete(Tcp.isOpen(near));
        });

        assertThat(isOpen).isFalse();
        assertThat(tcp.awaitReceive(pair.far())).isZero();
    }

    @Test
    void closingTwiceClosesNobodyElsesDescriptor() throws Exception {
        // given
        Tcp.Pair pair = tcp.pair();
        int near = given(pair.near());

        // when the number has come back meanwhile
        List<Integer> successors = onLoop(done -> {
            Registration registration = loop.register(near, Ready.IN, _ -> {});
            registration.close();
            List<Integer> opened = new ArrayList<>();
            while (opened.size() < 100 && !opened.contains(near)) {
                opened.add(loop.systemCalls().socket(SystemCalls.AF_INET));
            }
            registration.close();
            done.complete(opened);
        });

        // then
        successors.forEach(tcp::own);
        assertThat(successors).contains(near);
        assertThat(Tcp.isOpen(near)).isTrue();
    }

    @Test
    void workPutOffRunsAfterTheNextBatchAndNotInThisOne() throws Exception {
        // given a socket that is ready in every batch
        Tcp.Pair pair = tcp.pair();
        int near = given(pair.near());

        // when
        List<String> order = onLoop(done -> {
            List<String> seen = new ArrayList<>();
            Registration[] registration = new Registration[1];
            registration[0] = loop.register(near, Ready.OUT, _ -> {
                seen.add("event");
                if (seen.size() == 1) {
                    loop.executeAfterNextBatch(() -> {
                        seen.add("put off");
                        registration[0].close();
                        done.complete(seen);
                    });
                }
            });
        });

        // then
        assertThat(order).containsExactly("event", "event", "put off");
    }

    @Test
    void workPutOffDoesNotWaitForAnEvent() throws Exception {
        boolean ran = onLoop(done -> loop.executeAfterNextBatch(() -> done.complete(true)));

        assertThat(ran).isTrue();
    }

    @Test
    void workThatPutsItselfOffAgainAndAgainStarvesNeitherEventsNorTasks() throws Exception {
        // given
        Tcp.Pair pair = tcp.pair();
        int near = given(pair.near());
        AtomicInteger rounds = new AtomicInteger();
        AtomicInteger received = new AtomicInteger();
        AtomicBoolean isOver = new AtomicBoolean();
        loop.execute(new Runnable() {
            @Override
            public void run() {
                rounds.incrementAndGet();
                if (!isOver.get()) {
                    loop.executeAfterNextBatch(this);
                }
            }
        });
        onLoop(done -> {
            loop.register(near, Ready.IN, _ -> received.addAndGet(Math.max(0, tcp.receive(near))));
            done.complete(null);
        });

        // when
        for (int i = 1; i <= 20; i++) {
            int roundsBefore = rounds.get();
            int expected = i;
            assertThat(tcp.send(pair.far(), BYTE)).isEqualTo(1);

            // then both make progress, and tasks of other threads get through
            Tcp.await(() -> received.get() == expected && rounds.get() > roundsBefore);
            assertThat(this.<Boolean>onLoop(done -> done.complete(true))).isTrue();
        }
        isOver.set(true);
    }

    @Test
    void anExceptionInAHandlerStopsNeitherTheBatchNorTheLoop() throws Exception {
        // given two sockets whose handlers fail each time
        Tcp.Pair pair = tcp.pair();
        AtomicInteger calls = new AtomicInteger();
        ReadyHandler failing = _ -> {
            calls.incrementAndGet();
            throw new IllegalStateException("failing on purpose");
        };
        int near = given(pair.near());
        int far = given(pair.far());

        // when
        List<Registration> registrations = onLoop(done -> {
            Registration first = loop.register(near, Ready.OUT | Ready.EDGE, failing);
            Registration second = loop.register(far, Ready.OUT | Ready.EDGE, failing);
            done.complete(List.of(first, second));
        });

        // then both were called, and are again
        Tcp.await(() -> calls.get() == 2);
        long begun = System.nanoTime();
        onLoop(done -> {
            registrations.forEach(registration -> registration.watch(Ready.OUT | Ready.EDGE));
            done.complete(null);
        });
        Tcp.await(() -> calls.get() == 4);
        // An exception that escapes into Netty's loop costs a second of sleep.
        assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.MILLISECONDS.toNanos(900));
    }

    @Test
    void anExceptionInWorkPutOffStopsNothing() throws Exception {
        boolean ran = onLoop(done -> {
            loop.executeAfterNextBatch(() -> {
                throw new IllegalStateException("failing on purpose");
            });
            loop.executeAfterNextBatch(() -> done.complete(true));
        });

        assertThat(ran).isTrue();
    }

    @Test
    void anErrorInAScheduledTaskIsLoggedAndStopsNothing() throws Exception {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(EpollEventLoop.class);
        log.start();
        logger.addAppender(log);
        try {
            boolean ran = onLoop(done -> {
                loop.schedule(() -> {
                    throw new StackOverflowError("failing on purpose");
                }, 1);
                loop.schedule(() -> done.complete(true), 2_000_000);
            });

            assertThat(ran).isTrue();
            assertThat(log.list).hasSize(1);
        } finally {
            logger.detachAppender(log);
        }
    }

    @Test
    void watchingNothingIsQuietAndCanBeResumed() throws Exception {
        // given a socket that always has room
        Tcp.Pair pair = tcp.pair();
        int near = given(pair.near());
        AtomicInteger events = new AtomicInteger();
        Registration registration = onLoop(
                done -> done.complete(loop.register(near, Ready.OUT, _ -> events.incrementAndGet())));
        Tcp.await(() -> events.get() > 3);

        // when
        int quiet = onLoop(done -> {
            registration.watch(0);
            int before = events.get();
            // Three batches later nothing has come.
            loop.executeAfterNextBatch(() -> loop.executeAfterNextBatch(
                    () -> loop.executeAfterNextBatch(() -> done.complete(events.get() - before))));
        });

        // then
        assertThat(quiet).isZero();
        int before = events.get();
        onLoop(done -> {
            registration.watch(Ready.OUT);
            done.complete(null);
        });
        Tcp.await(() -> events.get() > before);
    }

    @Test
    void aDescriptorThatCannotBeWatchedStaysTheCallers(@TempDir Path directory) throws Exception {
        // given a number that no descriptor has
        int none = 19_997;
        assertThat(Tcp.isOpen(none)).isFalse();

        // then
        assertThatThrownBy(() -> onLoop(done -> loop.register(none, Ready.IN, _ -> {})))
                .hasCauseInstanceOf(UncheckedIOException.class);

        // and a file, which epoll refuses: it is always ready
        Path file = Files.createFile(directory.resolve("file"));
        try (FileChannel channel = FileChannel.open(file)) {
            int fd = descriptorOf(file);
            assertThatThrownBy(() -> onLoop(done -> loop.register(fd, Ready.IN, _ -> {})))
                    .hasCauseInstanceOf(UncheckedIOException.class);
            assertThat(channel.size()).isZero();
            assertThat(descriptorOf(file)).isEqualTo(fd);
        }
    }

    private static int descriptorOf(Path file) {
        for (int fd = 0; fd < 10_000; fd++) {
            if (Tcp.linkTarget(Path.of("/proc/self/fd/" + fd)).equals(file.toString())) {
                return fd;
            }
        }
        throw new AssertionError(file + " is not open");
    }

    @Test
    void aScheduledTaskRunsAfterItsDelay() throws Exception {
        long passed = onLoop(done -> {
            long before = System.nanoTime();
            loop.schedule(() -> done.complete(System.nanoTime() - before), 3_000_000);
        });

        assertThat(passed).isGreaterThanOrEqualTo(3_000_000);
    }

    @Test
    void closingTheLoopsEndsTheirThreadsAndClosesWhatIsRegistered() throws Exception {
        // given
        Tcp.Pair pair = tcp.pair();
        int near = given(pair.near());
        EventLoops others = new EventLoops(2);
        List<Thread> threads = new ArrayList<>();
        try {
            for (EventLoop other : others.all()) {
                CompletableFuture<Thread> thread = new CompletableFuture<>();
                other.execute(() -> thread.complete(Thread.currentThread()));
                threads.add(thread.get(10, TimeUnit.SECONDS));
            }
            CompletableFuture<Registration> registered = new CompletableFuture<>();
            EventLoop first = others.all().getFirst();
            first.execute(() -> {
                registered.complete(first.register(near, Ready.IN, _ -> {}));
                // The loop learns in the middle of a task that it is to end, as a busy one does.
                Tcp.await(((EpollEventLoop) first)::isShuttingDown);
            });
            registered.get(10, TimeUnit.SECONDS);
        } finally {
            // when
            others.close();
        }

        // then
        assertThat(threads).hasSize(2).doesNotHaveDuplicates();
        for (Thread thread : threads) {
            thread.join(10_000);
            assertThat(thread.isAlive()).isFalse();
        }
        assertThat(Tcp.isOpen(near)).isFalse();
        assertThat(tcp.awaitReceive(pair.far())).isZero();
    }
}
