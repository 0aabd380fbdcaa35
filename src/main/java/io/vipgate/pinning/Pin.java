package io.vipgate.pinning;

import io.vipgate.pool.Endpoint;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A client's endpoint, and how many of its connections are open.
 *
 * <p>Thread-safe.
 */
public final class Pin {
    private static final VarHandle ENDPOINT;
    private static final VarHandle OPEN;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            ENDPOINT = lookup.findVarHandle(Pin.class, "endpoint", Endpoint.class);
            OPEN = lookup.findVarHandle(Pin.class, "open", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile Endpoint endpoint;
    @SuppressWarnings("UnusedVariable") // written through its handle
    private volatile int open;

    /** It lives on, whatever time is left: a connection is open that renews it. */
    private volatile boolean isHeld;
    /** How long it lives once it is held no more, in nanoseconds. */
    private volatile long lifeAfterHold;

    Pin(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** Where the client is sent. */
    public Endpoint endpoint() {
        return endpoint;
    }

    /** Connections that are open through this pin. */
    public int open() {
        return open;
    }

    /** Counts one more open connection; returns how many there were. */
    int opened() {
        return (int) OPEN.getAndAdd(this, 1);
    }

    /** Counts one open connection less; returns how many are left. */
    int closed() {
        return (int) OPEN.getAndAdd(this, -1) - 1;
    }

    void hold() {
        isHeld = true;
    }

    void release(long nanos) {
        lifeAfterHold = nanos;
        isHeld = false;
    }

    boolean isHeld() {
        return isHeld;
    }

    long lifeAfterHold() {
        return lifeAfterHold;
    }

    boolean move(Endpoint from, Endpoint to) {
        return ENDPOINT.compareAndSet(this, from, to);
    }
}
