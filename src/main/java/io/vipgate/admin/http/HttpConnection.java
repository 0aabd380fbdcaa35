package io.vipgate.admin.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: request by request, each with a deadline for its head, its body and every piece of its answer. Nothing is
 * read that is not wanted yet.
 *
 * <pre>
 *   ┌──────────────────── answered, kept alive ───────────────────┐
 *   ▼                                                             │
 * HEAD ──head complete──► ANSWER ──body wanted──► BODY ──all there──► ANSWER
 *   │                        │ answered, to be closed
 *   └──no request────────────┴──► END: the answer is read, what comes is thrown away
 * </pre>
 *
 * <p>Confined to the loop but for {@link #awaitBody}, which threads that answer wait in.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);

    private enum Phase {
        HEAD, ANSWER, BODY, END
    }

    private final BoundedHttpServer server;
    private final Channel channel;
    private final Remote remote;
    /** Read, and not waited for yet; from one read at most. */
    private final Queue<HttpObject> parts = new ArrayDeque<>();
    private Phase phase = Phase.HEAD;
    private final RoomPlace seat = new RoomPlace(this);
    private final HttpDeadline deadline;
    private boolean hasBegun = true;
    private boolean hasInputEnded;
    private boolean isStream;
    private boolean isPieceOnItsWay;
    private long activeAt = System.nanoTime();
    private long answerBegan;
    private @Nullable Exchange exchange;
    private @Nullable BodyCollector body;
    /** A stranger's, that nobody misses when he has gone. */
    private @Nullable Future<?> answering;

    HttpConnection(BoundedHttpServer server, Channel channel, Remote remote) {
        this.server = server;
        this.channel = channel;
        this.remote = remote;
        deadline = new HttpDeadline(channel);
    }

    // ---- places ----

    Remote remote() {
        return remote;
    }

    /** For how long the other end has done nothing; negative while it waits for this one. */
    long idleNanos() {
        return phase == Phase.ANSWER && !isPieceOnItsWay ? -1 : System.nanoTime() - activeAt;
    }

    void end() {
        ChannelFuture _ = channel.close();
    }

    // ---- the head ----

    @Override
    public void channelActive(ChannelHandlerContext context) {
        // Whom the kernel knows as the operator does not wait among strangers.
        boolean hasPlace = (remote.isOperator() && seat.moveTo(server.trusted())) || seat.moveTo(server.waiting());
        if (!hasPlace) {
            end();
            return;
        }
        deadline.within(HttpDeadline.HEAD_MILLIS, this::end);
        readOn();
    }

    /** Bytes have come. */
    void onBytes() {
        if (phase == Phase.HEAD && !hasBegun) {
            hasBegun = true;
            deadline.within(HttpDeadline.HEAD_MILLIS, this::end);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object part) {
        parts.add((HttpObject) part);
        takeParts();
    }

    /** What was read is passed on as long as it is waited for. */
    private void takeParts() {
        while (phase != Phase.ANSWER && !parts.isEmpty()) {
            HttpObject part = parts.remove();
            try {
                onPart(part);
            } finally {
                ReferenceCountUtil.release(part);
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        readOn();
    }

    private void readOn() {
        takeParts();
        if (phase == Phase.HEAD || phase == Phase.BODY) {
            channel.read();
        }
    }

    private void onPart(HttpObject part) {
        if (phase == Phase.HEAD && part instanceof HttpRequest head) {
            onHead(head);
        } else if (phase == Phase.HEAD && exchange != null) {
            // The end of a request without a body.
            begin(exchange);
        } else if (phase == Phase.BODY && part instanceof HttpContent piece) {
            onPiece(piece);
        }
    }

    private void onHead(HttpRequest head) {
        Optional<Response> refusal = RequestHead.refusal(head);
        if (refusal.isPresent()) {
            sendNow(refusal.get());
            return;
        }
        Exchange read = new Exchange(head, this);
        exchange = read;
        if (read.hasBody()) {
            begin(read);
        }
    }

    // ---- the answer ----

    private void begin(Exchange read) {
        phase = Phase.ANSWER;
        deadline.cancel();
        activeAt = System.nanoTime();
        answerBegan = activeAt;
        Optional<Response> atOnce = server.answerAtOnce(read);
        if (atOnce.isPresent()) {
            sendNow(atOnce.get());
            return;
        }
        boolean isTrusted = server.isTrusted(read);
        Room next = isTrusted ? server.trusted() : server.answered();
        if (!seat.moveTo(next) || !next.begin()) {
            sendNow(Response.busy("too many calls at once (expected: fewer)"));
            return;
        }
        try {
            Future<?> begun = server.execute(() -> answer(read, next));
            if (!isTrusted && read.isRead()) {
                answering = begun;
            }
        } catch (RejectedExecutionException e) {
            next.finish();
            sendNow(Response.busy("the gateway is shutting down"));
        }
    }

    /** On a thread of its own. */
    private void answer(Exchange read, Room place) {
        boolean isWhole = false;
        try {
            Response answer = server.answer(read);
            if (answer.body().isStream()) {
                boolean _ = onLoop(() -> leaveToStream(place));
            }
            ResponseSender.send(new PieceSender(this, channel), read, answer, this::willBeKept);
            isWhole = true;
        } catch (IOException e) {
            LOG.debug("{}: the answer was not read: {}", remote.text(), e.toString());
        } catch (RuntimeException | Error e) {
            LOG.error("an answer could not be sent: {} {}", read.method(), read.path(), e);
        } finally {
            boolean wasSent = isWhole;
            boolean _ = onLoop(() -> {
                if (!isStream) {
                    place.finish();
                }
                isStream = false;
                answering = null;
                if (wasSent) {
                    onAnswered();
                } else {
                    end();
                }
            });
        }
    }

    private void leaveToStream(Room place) {
        if (seat.moveTo(seat.isIn(server.trusted()) ? server.trustedStreams() : server.streams())) {
            place.finish();
            isStream = true;
        }
    }

    /** Small answers that are there already, whatever else the server does. */
    private void sendNow(Response answer) {
        phase = Phase.ANSWER;
        Exchange asked = exchange;
        boolean isHead = asked != null && asked.isHead();
        activeAt = System.nanoTime();
        isPieceOnItsWay = true;
        deadline.within(HttpDeadline.PIECE_MILLIS, this::end);
        channel.writeAndFlush(ResponseSender.whole(answer, isHead, willBeKept())).addListener(done -> {
            isPieceOnItsWay = false;
            if (done.isSuccess()) {
                onAnswered();
            } else {
                end();
            }
        });
    }

    /** Whether another request may follow. */
    private boolean willBeKept() {
        Exchange asked = exchange;
        return asked != null && asked.head().protocolVersion().equals(HttpVersion.HTTP_1_1)
                && HttpUtil.isKeepAlive(asked.head()) && !server.isStopping()
                && (!asked.hasBody() || (body != null && body.isWhole()));
    }

    /** Returns false when the loop has ended. */
    boolean onLoop(Runnable step) {
        try {
            channel.eventLoop().execute(step);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    void onPieceBegun() {
        isPieceOnItsWay = true;
        activeAt = System.nanoTime();
        long left = HttpDeadline.ANSWER_NANOS - (System.nanoTime() - answerBegan);
        deadline.within(Math.clamp(TimeUnit.NANOSECONDS.toMillis(left), 0, HttpDeadline.PIECE_MILLIS), this::end);
    }

    void onPieceTaken() {
        isPieceOnItsWay = false;
        deadline.cancel();
        activeAt = System.nanoTime();
        seat.touch();
    }

    private void onAnswered() {
        if (!channel.isActive()) {
            return;
        }
        if (!willBeKept()) {
            finish();
            return;
        }
        phase = Phase.HEAD;
        exchange = null;
        body = null;
        hasBegun = false;
        activeAt = System.nanoTime();
        if (!seat.isIn(server.trusted()) && !seat.moveTo(server.waiting())) {
            end();
            return;
        }
        deadline.within(HttpDeadline.KEPT_MILLIS, this::end);
        readOn();
        if (phase == Phase.HEAD && exchange == null && hasInputEnded) {
            end();
        }
    }

    /** Lets the other end read the answer: a close while bytes are unread would take it away by a reset. */
    private void finish() {
        phase = Phase.END;
        if (hasInputEnded) {
            end();
            return;
        }
        if (!seat.moveTo(server.waiting())) {
            end();
            return;
        }
        deadline.within(HttpDeadline.END_MILLIS, this::end);
        ChannelFuture _ = ((DuplexChannel) channel).shutdownOutput();
        channel.config().setAutoRead(true);
    }

    // ---- the body ----

    /** As {@link Exchange#body}. */
    byte[] awaitBody(int most) throws IOException {
        BodyCollector collector = new BodyCollector(most);
        if (!onLoop(() -> beginBody(collector))) {
            throw new ClosedChannelException();
        }
        return collector.await();
    }

    private void beginBody(BodyCollector collector) {
        Exchange asked = exchange;
        if (!channel.isActive() || asked == null) {
            collector.fail(new ClosedChannelException());
            return;
        }
        body = collector;
        if (collector.failsBy(HttpUtil.getContentLength(asked.head(), 0L))) {
            return;
        }
        phase = Phase.BODY;
        deadline.within(HttpDeadline.BODY_MILLIS, () -> {
            phase = Phase.ANSWER;
            collector.fail(408, "body (expected: within " + HttpDeadline.BODY_MILLIS / 1_000 + " s)");
        });
        if (HttpUtil.is100ContinueExpected(asked.head())) {
            ChannelFuture _ = channel.writeAndFlush(
                    new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
        }
        readOn();
    }

    private void onPiece(HttpContent piece) {
        BodyCollector collector = body;
        if (collector == null || collector.add(piece)) {
            phase = Phase.ANSWER;
            deadline.cancel();
        }
    }

    // ---- the end ----

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            hasInputEnded = true;
            if (phase != Phase.ANSWER) {
                end();
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        deadline.cancel();
        seat.leave();
        BodyCollector collector = body;
        if (collector != null) {
            collector.fail(new ClosedChannelException());
        }
        Future<?> unread = answering;
        if (unread != null) {
            boolean _ = unread.cancel(true);
        }
        parts.forEach(ReferenceCountUtil::release);
        parts.clear();
        server.forget(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("{}: {}", remote.text(), cause.toString());
        end();
    }
}
