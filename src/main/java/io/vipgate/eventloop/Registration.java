package io.vipgate.eventloop;

/** A descriptor that an event loop watches and owns. Confined to the thread of its event loop. */
public interface Registration {
    /** The descriptor's number. */
    int descriptor();

    /**
     * Changes what is watched.
     *
     * @param events flags of {@link Ready}; 0 watches nothing for now
     */
    void watch(int events);

    /**
     * Changes who is told, and what is watched; what is ready already is told anew. Events of the present batch may still be
     * told to either.
     *
     * @param events flags of {@link Ready}
     */
    void handOver(ReadyHandler next, int events);

    /**
     * Closes the descriptor, at once or, when called from within a batch of events, at the batch's end: until then its
     * number cannot come back, so no event can reach the wrong handler. Events still in the batch are delivered; the
     * handler ignores them.
     */
    void close();
}
