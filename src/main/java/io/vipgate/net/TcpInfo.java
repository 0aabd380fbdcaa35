package io.vipgate.net;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The fields of struct tcp_info (linux/tcp.h) that vipgate looks at. Filled anew by each
 * {@link SystemCalls#tcpInfo(int, TcpInfo)}.
 *
 * <p>Confined to the thread of its event loop.
 */
public final class TcpInfo {
    /** Bytes of the struct that are asked for, up to tcpi_notsent_bytes. */
    static final int BYTES = 148;

    private static final int PROBES = 3;
    private static final int UNACKED = 24;
    private static final int LAST_ACK_RECV = 56;
    private static final int NOTSENT_BYTES = 144;

    private int probes;
    private int unackedSegments;
    private int lastAckReceivedMillis;
    private int notSentBytes;

    /** Sets all fields; for tests. */
    public void set(int newProbes, int newUnacked, int newLastAckReceivedMillis, int newNotSentBytes) {
        probes = newProbes;
        unackedSegments = newUnacked;
        lastAckReceivedMillis = newLastAckReceivedMillis;
        notSentBytes = newNotSentBytes;
    }

    void read(MemorySegment memory) {
        set(memory.get(ValueLayout.JAVA_BYTE, PROBES), memory.get(ValueLayout.JAVA_INT, UNACKED),
                memory.get(ValueLayout.JAVA_INT, LAST_ACK_RECV), memory.get(ValueLayout.JAVA_INT, NOTSENT_BYTES));
    }

    /** Milliseconds since the peer last acknowledged anything, a probe included. */
    public int lastAckReceivedMillis() {
        return lastAckReceivedMillis;
    }

    /**
     * Probes of the peer's shut window that went out since its last answer. The kernel sends them at intervals that double
     * up to two minutes, so that a live peer can have been silent for long: it was not asked.
     */
    public int unansweredProbes() {
        return probes;
    }

    /** True when bytes wait that the peer's closed window keeps back: the kernel probes, and nothing is in flight. */
    public boolean isWindowShut() {
        return probes > 0 || (unackedSegments == 0 && notSentBytes > 0);
    }
}
