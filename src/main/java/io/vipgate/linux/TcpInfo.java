package io.vipgate.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The fields of struct tcp_info (linux/tcp.h) that vipgate looks at. Filled anew by each
 * {@link SystemCalls#tcpInfo(int, TcpInfo)}.
 *
 * <p>Confined to the thread of its event loop.
 */
public final class TcpInfo {
    /** Bytes of the struct that are asked for, up to tcpi_snd_wnd (Linux 5.4). */
    static final int BYTES = 232;

    private static final int PROBES = 3;
    private static final int UNACKED = 24;
    private static final int LAST_DATA_SENT = 44;
    private static final int LAST_ACK_RECV = 56;
    private static final int NOTSENT_BYTES = 144;
    private static final int MIN_RTT = 148;
    private static final int SND_WND = 228;

    private int probes;
    private int unackedSegments;
    private int lastSentMillis;
    private int lastAckReceivedMillis;
    private int notSentBytes;
    private int window;
    private int minRttMicros;

    /** Sets all fields but the round-trip time; for tests. */
    public void set(int newProbes, int newUnacked, int newLastSentMillis, int newLastAckReceivedMillis,
            int newNotSentBytes, int newWindow) {
        probes = newProbes;
        unackedSegments = newUnacked;
        lastSentMillis = newLastSentMillis;
        lastAckReceivedMillis = newLastAckReceivedMillis;
        notSentBytes = newNotSentBytes;
        window = newWindow;
    }

    /** Sets the least round-trip time; for tests. */
    public void setMinRttMicros(int micros) {
        minRttMicros = micros;
    }

    void read(MemorySegment memory) {
        minRttMicros = memory.get(ValueLayout.JAVA_INT, MIN_RTT);
        set(memory.get(ValueLayout.JAVA_BYTE, PROBES), memory.get(ValueLayout.JAVA_INT, UNACKED),
                memory.get(ValueLayout.JAVA_INT, LAST_DATA_SENT), memory.get(ValueLayout.JAVA_INT, LAST_ACK_RECV),
                memory.get(ValueLayout.JAVA_INT, NOTSENT_BYTES),
                memory.get(ValueLayout.JAVA_INT, SND_WND));
    }

    /** The least round-trip time seen of late, in microseconds. */
    public int minRttMicros() {
        return minRttMicros;
    }

    /** Milliseconds since the peer last acknowledged anything, a probe included. */
    public int lastAckReceivedMillis() {
        return lastAckReceivedMillis;
    }

    /** Segments that are under way; of a listening socket, clients that wait to be accepted. */
    public int unackedSegments() {
        return unackedSegments;
    }

    /**
     * True when something was sent that the peer has not answered: a probe, or data more than a second after its last
     * acknowledgement. Silence alone proves nothing, since the kernel comes to leave minutes between its probes.
     */
    public boolean isUnanswered() {
        return probes > 0 || lastSentMillis < lastAckReceivedMillis - 1000;
    }

    /**
     * True when bytes wait that the peer's closed window keeps back: the kernel probes, or nothing is in flight, or what
     * is in flight was dropped by a peer that shut its window while it was under way, and is sent again and again.
     */
    public boolean isWindowShut() {
        return probes > 0 || window == 0 || (unackedSegments == 0 && notSentBytes > 0);
    }
}
