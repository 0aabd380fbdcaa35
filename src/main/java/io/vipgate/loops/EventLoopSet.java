package io.vipgate.loops;

import io.vipgate.eventloop.EventLoop;
import io.vipgate.eventloop.EventLoops;
import io.vipgate.relay.Acceptor;
import io.vipgate.relay.RelayLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The event loops, and what each of them has of the gateway.
 *
 * <p>Thread-safe; what a context holds is confined to its event loop.
 */
public final class EventLoopSet implements AutoCloseable {
    private final EventLoops loops;
    private final List<LoopContext> contexts = new ArrayList<>();

    /**
     * Makes the context of each loop.
     *
     * @param relays makes what its relays share, on the loop
     */
    public EventLoopSet(EventLoops loops, Function<EventLoop, RelayLoop> relays) {
        this.loops = loops;
        for (EventLoop loop : loops.all()) {
            onLoop(loop, () -> contexts.add(new LoopContext(contexts.size(), relays.apply(loop))));
        }
    }

    /** Event loops. */
    public int count() {
        return contexts.size();
    }

    /** Lets an action look at each context, on its loop, one after the other. */
    public void onEach(Consumer<LoopContext> action) {
        for (LoopContext context : contexts) {
            onLoop(context.relays().eventLoop(), () -> action.accept(context));
        }
    }

    /** Asks each loop to run an action soon, and does not wait for it. */
    public void tell(Consumer<LoopContext> action) {
        for (LoopContext context : contexts) {
            context.relays().eventLoop().execute(() -> action.accept(context));
        }
    }

    /** Asks those loops that are meant, and does not wait for them. */
    public void tell(Consumer<LoopContext> action, Predicate<LoopContext> matches) {
        contexts.stream().filter(matches)
                .forEach(context -> context.relays().eventLoop().execute(() -> action.accept(context)));
    }

    /** Pairs the contexts with the items of a list of the same length. */
    public <T> void onEach(List<T> items, BiConsumer<LoopContext, T> action) {
        onEach(context -> action.accept(context, items.get(context.number())));
    }

    /**
     * Asks each context something that its loop answers in time, one after the other, and waits for the answers.
     *
     * @param question begins on the loop, and completes the answer there
     * @param onAnswer called by the thread that asks
     */
    public <T> void ask(BiConsumer<LoopContext, CompletableFuture<T>> question, BiConsumer<LoopContext, T> onAnswer) {
        for (LoopContext context : contexts) {
            CompletableFuture<T> answer = new CompletableFuture<>();
            onLoop(context.relays().eventLoop(), () -> question.accept(context, answer));
            onAnswer.accept(context, answer.join());
        }
    }

    /** Runs an action on a loop and waits for it. */
    private static void onLoop(EventLoop loop, Runnable action) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                action.run();
                done.complete(null);
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        });
        done.join();
    }

    /** Closes every listening socket, resets every relay, and ends the loops. */
    @Override
    public void close() {
        onEach(context -> {
            context.acceptors().values().forEach(Acceptor::close);
            context.relays().close();
        });
        loops.close();
    }
}
