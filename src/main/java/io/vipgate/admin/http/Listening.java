package io.vipgate.admin.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Errors;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A socket that listens: an address, or a Unix socket with its file.
 *
 * <p>Thread-safe.
 */
final class Listening implements AutoCloseable {
    private static final int BACKLOG = 512;
    private static final int ACCEPTED_AT_ONCE = 4;

    private final Channel channel;
    private final Optional<UnixSocketFile> file;

    private Listening(Channel channel, Optional<UnixSocketFile> file) {
        this.channel = channel;
        this.file = file;
    }

    /**
     * Binds; nothing is accepted before {@link #start}.
     *
     * @param onAccepted is given each connection, with the file of the Unix socket that it came by
     * @throws IOException if that is not possible; the message says why and not where
     */
    static Listening bind(HttpLoop loop, SocketAddress address,
            BiConsumer<Channel, Optional<UnixSocketFile>> onAccepted) throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap().group(loop.group()).option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.RECVBUF_ALLOCATOR,
                        new ServerChannelRecvByteBufAllocator().maxMessagesPerRead(ACCEPTED_AT_ONCE))
                .childOption(ChannelOption.AUTO_READ, false).childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(512, 1024, 8192).maxMessagesPerRead(1));
        if (address instanceof UnixDomainSocketAddress unix) {
            UnixSocketFile.prepare(unix.getPath());
            // Nothing is accepted before the start, so the file is known by then.
            UnixSocketFile[] made = new UnixSocketFile[1];
            Channel channel = bound(bootstrap.channel(EpollServerDomainSocketChannel.class)
                    .childHandler(new Accepted(accepted -> onAccepted.accept(accepted, Optional.of(made[0]))))
                    .bind(new DomainSocketAddress(unix.getPath().toFile())));
            made[0] = UnixSocketFile.of(unix.getPath());
            return new Listening(channel, Optional.of(made[0]));
        }
        return new Listening(bound(bootstrap.channel(EpollServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new Accepted(accepted -> onAccepted.accept(accepted, Optional.empty()))).bind(address)),
                Optional.empty());
    }

    private static Channel bound(ChannelFuture future) throws IOException {
        future.awaitUninterruptibly();
        Throwable cause = future.cause();
        if (cause instanceof Errors.NativeIoException fault) {
            String message = String.valueOf(fault.getMessage());
            throw new IOException(message.substring(message.lastIndexOf(": ") + 1).strip(), cause);
        }
        if (cause != null) {
            throw cause instanceof IOException fault ? fault : new IOException(cause);
        }
        return future.channel();
    }

    /** Begins to accept. */
    void start() {
        channel.config().setAutoRead(true);
    }

    /** Empty for a Unix socket. */
    OptionalInt port() {
        return channel.localAddress() instanceof InetSocketAddress address
                ? OptionalInt.of(address.getPort())
                : OptionalInt.empty();
    }

    /** Accepts no more, and takes the file away. */
    @Override
    public void close() {
        channel.close().awaitUninterruptibly();
        file.ifPresent(UnixSocketFile::remove);
    }

    /** Hands on what was accepted. Stateless. */
    private static final class Accepted extends ChannelInitializer<Channel> {
        private final Consumer<Channel> onAccepted;

        Accepted(Consumer<Channel> onAccepted) {
            this.onAccepted = onAccepted;
        }

        @Override
        protected void initChannel(Channel channel) {
            onAccepted.accept(channel);
        }
    }
}
