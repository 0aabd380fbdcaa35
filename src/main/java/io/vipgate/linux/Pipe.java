package io.vipgate.linux;

/**
 * A pipe(7) that splice(2) moves bytes through without copying them to user space, and how many it holds.
 *
 * <p>Confined to its event loop.
 */
public final class Pipe {
    private final int readFd;
    private final int writeFd;
    private final int capacity;
    private int held;

    /**
     * An empty pipe.
     *
     * @param readFd the end bytes leave by
     * @param writeFd the end bytes enter by
     * @param capacity what F_GETPIPE_SZ said, in bytes
     */
    public Pipe(int readFd, int writeFd, int capacity) {
        this.readFd = readFd;
        this.writeFd = writeFd;
        this.capacity = capacity;
    }

    /** The end bytes leave by. */
    public int readFd() {
        return readFd;
    }

    /** The end bytes enter by. */
    public int writeFd() {
        return writeFd;
    }

    /** Bytes that it can hold. */
    public int capacity() {
        return capacity;
    }

    /** Bytes that it holds. */
    public int held() {
        return held;
    }

    /** So many bytes have entered. */
    public void onEntered(int bytes) {
        held += bytes;
    }

    /** So many bytes have left. */
    public void onLeft(int bytes) {
        held -= bytes;
    }
}
