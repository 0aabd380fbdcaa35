package io.vipgate.probe;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A conversation that waits for nothing: its talk begins anew whenever more has come, hears again what it has not settled,
 * and what it has said already is not said again. Knows no socket.
 *
 * <p>Confined to the thread of its check.
 */
final class ReplayedConversation implements Conversation {
    /** More than any talk leaves unsettled: with so much there, its next attempt settles most of it or has a result. */
    static final int MAX_UNSETTLED = 80 << 10;

    private static final int MAX_ROOM = MAX_UNSETTLED + ProbeLoop.PIECE_BYTES;

    /** The talk can't go on before more has come, or before what it says is taken. Immutable. */
    static final class MoreNeeded extends IOException {
        private MoreNeeded() {
            super("more is needed");
        }

        /** None: it is thrown for each piece of an answer. */
        @Override
        @SuppressWarnings("UnsynchronizedOverridesSynchronized") // nothing is changed
        public Throwable fillInStackTrace() {
            return this;
        }
    }

    /** Where what is said goes. */
    @FunctionalInterface
    interface Line {
        /**
         * Takes bytes.
         *
         * @return how many of them, from the first on
         */
        int send(byte[] bytes, int from) throws IOException;
    }

    private final ProbeTarget target;
    private final Line line;
    private byte[] preamble;
    private byte[] received = new byte[0];
    /** From here on it is heard again. */
    private int settled;
    private int at;
    private int end;
    /** What the next attempt finds that the last one did not. */
    private boolean hasNews = true;
    private boolean isEnded;
    private @Nullable IOException fault;
    private byte[] unsent = new byte[0];
    private int sent;
    /** Calls of say that are done, that are settled, and those of the present attempt. */
    private int said;
    private int settledSays;
    private int says;
    private boolean isLeaving;

    /** @param preamble what comes before the first bytes said, not kept */
    ReplayedConversation(ProbeTarget target, Line line, byte[] preamble) {
        this.target = target;
        this.line = line;
        this.preamble = preamble.clone();
    }

    /** The endpoint has said this. */
    void hear(MemorySegment piece, int bytes) {
        if (received.length - end < bytes) {
            int kept = end - settled;
            byte[] roomy = received.length - kept < bytes
                    ? new byte[Math.max(kept + bytes, Math.min(2 * kept, MAX_ROOM))]
                    : received;
            System.arraycopy(received, settled, roomy, 0, kept);
            received = roomy;
            settled = 0;
            end = kept;
        }
        MemorySegment.copy(piece, ValueLayout.JAVA_BYTE, 0, received, end, bytes);
        end += bytes;
        hasNews = true;
    }

    /** The endpoint says no more. */
    void hearEnd() {
        isEnded = true;
        hasNews = true;
    }

    /** The connection is broken. */
    void hearFault(IOException heard) {
        fault = heard;
        hasNews = true;
    }

    /** Whether anything comes before the first bytes said. */
    boolean hasPreamble() {
        return preamble.length > 0;
    }

    /** Bytes that the next attempt hears. */
    int unsettled() {
        return end - settled;
    }

    /** Whether nothing more comes. */
    boolean isOver() {
        return isEnded || fault != null;
    }

    boolean hasNews() {
        return hasNews;
    }

    /** Whether what was said waits for room. */
    boolean hasUnsent() {
        return sent < unsent.length;
    }

    /** Whether the talk has taken leave. */
    boolean isLeaving() {
        return isLeaving;
    }

    /** Sends what waited for room, as far as there is any. */
    void flush() throws IOException {
        sent += line.send(unsent, sent);
        if (!hasUnsent()) {
            unsent = new byte[0];
            sent = 0;
            said++;
            hasNews = true;
        }
    }

    /**
     * Lets the talk begin anew; not while anything is unsent.
     *
     * @return null if it needs more
     */
    @Nullable
    ProbeResult attempt(Talk talk) {
        at = settled;
        says = settledSays;
        hasNews = false;
        try {
            return talk.with(this);
        } catch (MoreNeeded _) {
            return null;
        } catch (IOException e) {
            return SocketFault.resultOf(e, Phase.ANSWER);
        }
    }

    @Override
    public ProbeTarget target() {
        return target;
    }

    @Override
    public void say(byte[] bytes) throws IOException {
        if (++says <= said) {
            return;
        }
        byte[] all = Arrays.copyOf(preamble, preamble.length + bytes.length);
        System.arraycopy(bytes, 0, all, preamble.length, bytes.length);
        preamble = new byte[0];
        if (all.length == 0) {
            said++;
            return;
        }
        unsent = all;
        flush();
        hasNews = false;
        if (hasUnsent()) {
            throw new MoreNeeded();
        }
    }

    @Override
    public InputStream heard() {
        return new Heard();
    }

    @Override
    public void settle() {
        settled = at;
        settledSays = says;
    }

    @Override
    public void takeLeave() {
        isLeaving = true;
    }

    /** Confined to the thread of its check. */
    private final class Heard extends InputStream {
        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            int first = read();
            if (first < 0) {
                return -1;
            }
            into[offset] = (byte) first;
            int more = Math.min(length - 1, end - at);
            System.arraycopy(received, at, into, offset + 1, more);
            at += more;
            return 1 + more;
        }

        @Override
        public int read() throws IOException {
            if (at < end) {
                return received[at++] & 0xff;
            }
            if (isEnded) {
                return -1;
            }
            throw fault == null ? new MoreNeeded() : fault;
        }
    }
}
