package io.vipgate.admin.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;

/**
 * Hands pieces of an answer to the loop, from the thread that makes it.
 *
 * <p>Thread-safe.
 */
final class PieceSender {
    private final HttpConnection connection;
    private final Channel channel;

    PieceSender(HttpConnection connection, Channel channel) {
        this.connection = connection;
        this.channel = channel;
    }

    /** Sends something along with the piece that follows. */
    void sendWithNext(Object piece) {
        boolean _ = connection.onLoop(() -> {
            ChannelFuture _ = channel.write(piece);
        });
    }

    /**
     * Sends, and waits until the kernel has it.
     *
     * @throws IOException if that takes too long, or the connection has ended
     */
    void send(Object piece) throws IOException {
        ChannelPromise written = channel.newPromise();
        boolean isToBe = connection.onLoop(() -> {
            connection.onPieceBegun();
            channel.writeAndFlush(piece, written).addListener(_ -> connection.onPieceTaken());
        });
        if (!isToBe) {
            throw new ClosedChannelException();
        }
        try {
            written.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("shutting down", e);
        }
        if (!written.isSuccess()) {
            throw new IOException(written.cause());
        }
    }
}
