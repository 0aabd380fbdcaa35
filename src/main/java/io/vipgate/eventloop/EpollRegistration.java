package io.vipgate.eventloop;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One descriptor in Netty's epoll set. Handle, registration and descriptor are one object, since every relay has two.
 *
 * <p>Confined to the thread of its event loop.
 */
final class EpollRegistration extends FileDescriptor implements EpollIoHandle, Registration {
    private static final Logger LOG = LoggerFactory.getLogger(EpollRegistration.class);

    private final EpollEventLoop loop;
    private ReadyHandler handler;
    private @Nullable IoRegistration netty;

    EpollRegistration(EpollEventLoop loop, int fd, ReadyHandler handler) {
        super(fd);
        this.loop = loop;
        this.handler = handler;
    }

    void begin(IoRegistration registration, int events) {
        netty = registration;
        registration.submit(EpollIoOps.valueOf(events));
    }

    @Override
    public FileDescriptor fd() {
        return this;
    }

    @Override
    public int descriptor() {
        return intValue();
    }

    @Override
    public void watch(int events) {
        IoRegistration registration = netty;
        if (registration != null) {
            // Never EpollIoOps.NONE: it removes the descriptor behind Netty's back, and adding it again then fails.
            registration.submit(EpollIoOps.valueOf(events == 0 ? Ready.ERR : events));
        }
    }

    @Override
    public void handOver(ReadyHandler next, int events) {
        handler = next;
        watch(events);
    }

    /**
     * Passes an event on. An exception that escaped from here would lose the rest of the batch and put the loop to sleep
     * for a second, so none does.
     */
    @Override
    public void handle(IoRegistration registration, IoEvent event) {
        try {
            handler.onReady(((EpollIoEvent) event).ops().value());
        } catch (Throwable t) {
            LOG.error("event of descriptor {} failed", intValue(), t);
        }
    }

    @Override
    public void close() {
        loop.closeAfterBatch(this);
    }

    /** Closes the descriptor before the registration is cancelled: epoll forgets it by itself, without epoll_ctl(2). */
    void closeNow() {
        try {
            super.close();
        } catch (IOException e) {
            LOG.debug("close of descriptor {}: {}", intValue(), e.getMessage());
        }
        forget();
    }

    /** Cancels the registration; the descriptor itself is left alone unless it is still open, then epoll_ctl(2) removes it. */
    void forget() {
        IoRegistration registration = netty;
        if (registration != null) {
            netty = null;
            registration.cancel();
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
