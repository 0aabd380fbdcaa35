package io.vipgate.eventloop;

/** Told by its event loop when a descriptor is ready. */
@FunctionalInterface
public interface ReadyHandler {
    /**
     * Handles one event. Called on the event loop.
     *
     * @param events a combination of the flags in {@link Ready}; hints, since the kernel took them before the call
     */
    void onReady(int events);
}
