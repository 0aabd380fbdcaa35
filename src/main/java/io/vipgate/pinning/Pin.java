package io.vipgate.pinning;

import io.vipgate.pool.Endpoint;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

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

    /** Where the client was before a failure led it elsewhere; null while none has. */
    private volatile @Nullable Endpoint home;

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

    /**
     * Where the client belongs: where it was before a failure led it elsewhere, even if it is there again; null when none has.
     */
    public @Nullable Endpoint home() {
        return home;
    }

    /**
     * Leads the client elsewhere.
     *
     * @param forLack not since its endpoint failed, but for want of room there: it belongs to the next one then
     */
    boolean move(Endpoint from, Endpoint to, boolean forLack) {
        if (!ENDPOINT.compareAndSet(this, from, to)) {
            return false;
        }
        if (forLack) {
            home = null;
        } else if (home == null) {
            home = from;
        }
        return true;
    }

    /** Leads the client from an endpoint to where it belongs. */
    boolean goHome(Endpoint from) {
        Endpoint own = home;
        return own != null && ENDPOINT.compareAndSet(this, from, own);
    }
}
