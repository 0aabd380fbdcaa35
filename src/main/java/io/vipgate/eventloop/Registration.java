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
     * Closes the descriptor, at once or, when called from within a batch of events, at the batch's end: until then its
     * number cannot come back, so no event can reach the wrong handler. Events still in the batch are delivered; the
     * handler ignores them.
     */
    void close();
}
