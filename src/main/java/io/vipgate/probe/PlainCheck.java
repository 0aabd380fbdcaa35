package io.vipgate.probe;

import io.vipgate.eventloop.Ready;
import io.vipgate.eventloop.ReadyHandler;
import io.vipgate.eventloop.Registration;
import io.vipgate.linux.Errno;
import io.vipgate.linux.NativeSocketAddress;
import io.vipgate.linux.SocketOptions;
import io.vipgate.linux.SystemCalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One check over a connection without TLS, on the probes' loop: a socket that never waits, one deadline over everything, and
 * an end that leaves nothing behind.
 *
 * <p><b>End.</b> Every connection of a probe ends in a reset. A clean end would leave a TIME_WAIT on this side for each
 * check, and with a hundred endpoints probed twice a second those are 12 000 local ports that relays then lack.
 *
 * <p><b>Handshake.</b> Where the probe speaks first, the handshake's last ACK is held back and leaves with the first
 * bytes. Where it says nothing at all, as a bare connect does, the reset goes in its stead: the endpoint's kernel has
 * answered, and the process behind it never hears of the connection, nor logs it.
 *
 * <p><b>Bounds.</b> An answer in very many pieces is looked at less and less often: its talk begins anew each time.
 *
 * <p>Confined to the probes' loop.
 */
final class PlainCheck implements Probe.Check, ReadyHandler {
    private static final Logger LOG = LoggerFactory.getLogger(PlainCheck.class);
    private static final int PIECES_A_TURN = 4;
    private static final int PROMPT_ATTEMPTS = 32;
    private static final int MAX_PROMPT_BYTES = 4 << 10;
    private static final long LEAST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long WAIT_NANOS_PER_BYTE = TimeUnit.MICROSECONDS.toNanos(1);

    private final ProbeLoop loop;
    private final SystemCalls calls;
    private final ProbeConnection connection;
    private final ProbeTarget target;
    private final Talk talk;
    private final Consumer<ProbeResult> whenOver;
    private final StallDetector.Watch watch;
    private final ReplayedConversation conversation;
    private Conversation.Phase phase = Conversation.Phase.CONNECT;
    private @Nullable Registration socket;
    private @Nullable Future<?> deadline;
    private @Nullable Future<?> nextAttempt;
    private @Nullable Future<?> leave;
    private @Nullable ProbeResult parting;
    private boolean isReadable;
    private boolean isOver;
    private int attempts;
    private long attemptedAt;
    /** What the socket had been told of when it was connected and had bytes to read; 0 for nothing. */
    private int errorBehindBytes;

    PlainCheck(ProbeLoop loop, ProbeConnection connection, ProbeTarget target, Talk talk,
            Consumer<ProbeResult> whenOver) {
        this.loop = loop;
        this.connection = connection;
        this.target = target;
        this.talk = talk;
        this.whenOver = whenOver;
        calls = loop.systemCalls();
        watch = loop.stalls().watch();
        conversation = new ReplayedConversation(target, this::send, connection.header().towards(target));
    }

    /** @param deadlineNanos when it must be over, in the time of {@link System#nanoTime()} */
    void begin(long deadlineNanos) {
        guard(() -> {
            if (deadlineNanos - System.nanoTime() <= 0) {
                finish(ProbeResult.inconclusive("no time left to begin"));
                return;
            }
            // After a stall what has come in time is looked at first.
            deadline = loop.scheduleAt(() -> loop.executeAfterOthers(() -> guard(this::onDeadline)), deadlineNanos);
            connect();
        });
    }

    /** A fault of ours in one check must not end the probing of its endpoint. */
    private void guard(Runnable step) {
        try {
            if (!isOver) {
                step.run();
            }
        } catch (RuntimeException | Error e) {
            LOG.error("probe of {}/{} failed", target.pool(), target.endpoint(), e);
            finish(ProbeResult.ofFault(e));
        }
    }

    private void connect() {
        try (Arena arena = Arena.ofConfined()) {
            connect(NativeSocketAddress.of(target.address(), arena));
        }
    }

    private void connect(NativeSocketAddress address) {
        int fd = calls.socket(address.family());
        if (fd < 0) {
            finish(ProbeResult.local("no socket: " + Errno.text(-fd)));
            return;
        }
        try {
            calls.setResetOnClose(fd);
            calls.setOption(fd, SocketOptions.SOL_TCP, SocketOptions.TCP_NODELAY, 1);
            if (!connection.listensFirst() || conversation.hasPreamble()) {
                calls.setOption(fd, SocketOptions.SOL_TCP, SocketOptions.TCP_QUICKACK, 0);
            }
            connection.origin().bind(calls, fd, target.address().getAddress());
            int begun = calls.connect(fd, address);
            if (begun != 0 && begun != -Errno.EINPROGRESS) {
                throw new ConnectionFault(-begun);
            }
            // Once, for changes: connected, heard, taken.
            socket = loop.register(fd, Ready.IN | Ready.OUT | Ready.RDHUP | Ready.EDGE, this);
        } catch (IOException e) {
            finish(SocketFault.resultOf(e, phase));
        } catch (UncheckedIOException e) {
            finish(SocketFault.resultOf(Objects.requireNonNull(e.getCause()), phase));
        } finally {
            if (socket == null) {
                calls.close(fd);
            }
        }
    }

    @Override
    public void onReady(int events) {
        guard(() -> {
            if (phase == Conversation.Phase.CONNECT) {
                onConnected();
            }
            isReadable |= (events & ~Ready.OUT) != 0;
            goOn();
        });
    }

    private void onConnected() {
        int fd = descriptor();
        int error = calls.socketError(fd);
        if (error > 0 && calls.unread(fd) > 0) {
            // It was connected, and reset after the endpoint had spoken.
            errorBehindBytes = error;
            isReadable = true;
        } else if (error != 0) {
            finish(SocketFault.ofSocketError(Math.abs(error)));
            return;
        }
        phase = Conversation.Phase.ANSWER;
        // A connect to a dead port of this machine, from the range that local ports are taken from, can meet itself.
        if (loop.hasReachedItself(fd, target.address())) {
            finish(ProbeResult.fail("connected to itself: nobody listens there"));
            return;
        }
        attempt();
    }

    private int descriptor() {
        if (socket == null) {
            throw new IllegalStateException("no socket");
        }
        return socket.descriptor();
    }

    /** Sends and hears what it can; lets others have their turn after a while. */
    private void goOn() {
        try {
            if (!isOver && conversation.hasUnsent()) {
                conversation.flush();
                offer();
            }
            for (int pieces = 0; !isOver && isReadable && !conversation.hasUnsent(); pieces++) {
                if (pieces == PIECES_A_TURN) {
                    loop.executeAfterOthers(() -> guard(this::goOn));
                    return;
                }
                hear();
            }
        } catch (IOException e) {
            finish(SocketFault.resultOf(e, phase));
        }
    }

    private void hear() {
        MemorySegment piece = loop.piece();
        int heard = calls.receive(descriptor(), piece.address(), ProbeLoop.PIECE_BYTES);
        isReadable = heard > 0;
        if (heard == -Errno.EAGAIN) {
            return;
        }
        if (parting != null) {
            // What still comes is dropped.
            if (heard <= 0) {
                finish(parting);
            }
            return;
        }
        if (heard > 0) {
            conversation.hear(piece, heard);
        } else if (heard == 0 && errorBehindBytes == 0) {
            conversation.hearEnd();
        } else {
            conversation.hearFault(new ConnectionFault(heard == 0 ? errorBehindBytes : -heard));
        }
        offer();
    }

    /** Lets the talk go on, at once or, if it has begun anew very often, a little later. */
    private void offer() {
        if (!conversation.hasNews() || conversation.hasUnsent()) {
            return;
        }
        int unsettled = conversation.unsettled();
        long next = attemptedAt + Math.max(LEAST_WAIT_NANOS, unsettled * WAIT_NANOS_PER_BYTE);
        boolean isPrompt = attempts < PROMPT_ATTEMPTS && unsettled <= MAX_PROMPT_BYTES;
        if (isPrompt || conversation.isOver() || unsettled > ReplayedConversation.MAX_UNSETTLED
                || next - System.nanoTime() <= 0) {
            attempt();
        } else if (nextAttempt == null) {
            nextAttempt = loop.scheduleAt(() -> guard(() -> {
                attempt();
                goOn();
            }), next);
        }
    }

    private void attempt() {
        if (nextAttempt != null) {
            nextAttempt.cancel(false);
            nextAttempt = null;
        }
        attempts++;
        attemptedAt = System.nanoTime();
        ProbeResult result = conversation.attempt(talk);
        if (result == null) {
            return;
        }
        if (conversation.isLeaving() && !conversation.isOver()) {
            takeLeave(result);
        } else {
            finish(result);
        }
    }

    private void takeLeave(ProbeResult result) {
        parting = result;
        if (calls.shutdownWrite(descriptor()) < 0) {
            finish(result);
        } else {
            leave = loop.scheduleAt(() -> guard(() -> finish(result)),
                    System.nanoTime() + Conversation.MAX_LEAVE_NANOS);
        }
    }

    private void onDeadline() {
        if (parting == null && phase == Conversation.Phase.ANSWER && conversation.hasNews()
                && !conversation.hasUnsent()) {
            attempt();
        }
        if (!isOver) {
            finish(parting == null ? connection.silence(phase) : parting);
        }
    }

    /** @return how many bytes the kernel has taken */
    private int send(byte[] bytes, int from) throws IOException {
        MemorySegment piece = loop.piece();
        int at = from;
        while (at < bytes.length) {
            int length = Math.min(bytes.length - at, ProbeLoop.PIECE_BYTES);
            MemorySegment.copy(bytes, at, piece, ValueLayout.JAVA_BYTE, 0, length);
            int taken = calls.send(descriptor(), piece.address(), length, false);
            if (taken == -Errno.EAGAIN) {
                break;
            }
            if (taken < 0) {
                throw new ConnectionFault(-taken);
            }
            at += taken;
        }
        return at - from;
    }

    private void finish(ProbeResult result) {
        if (!isOver) {
            ProbeResult judged = watch.judge(result);
            cancel();
            whenOver.accept(judged);
        }
    }

    @Override
    public void cancel() {
        isOver = true;
        watch.close();
        for (Future<?> timer : Arrays.asList(deadline, nextAttempt, leave)) {
            if (timer != null) {
                timer.cancel(false);
            }
        }
        if (socket != null) {
            socket.close();
        }
    }
}
