package io.vipgate.control;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.Security;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks up host names, and keeps the last good answer for when nobody answers any more. On platform threads, one for each
 * name that is being looked up: a look-up blocks in native code, and would keep a carrier from all virtual threads. A name
 * that hangs holds its own thread alone.
 *
 * <p>Thread-safe.
 */
public final class HostResolver implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostResolver.class);
    /** Look-ups at a time; further names wait for one of them to end. */
    static final int MAX_LOOK_UPS = 64;
    private static final long KEEP_THREAD_SECONDS = 10;
    /** More addresses of one name than anybody means to balance over. */
    private static final int MAX_ADDRESSES = 64;

    private final HostLookup names;
    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(MAX_LOOK_UPS, MAX_LOOK_UPS, KEEP_THREAD_SECONDS,
            TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("vipgate-resolve-", 0).daemon().factory());
    private final Map<String, List<InetAddress>> answers = new ConcurrentHashMap<>();
    private final Set<String> failing = ConcurrentHashMap.newKeySet();
    private final Map<String, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();

    /** Makes a resolver without answers; sets the JDK's own cache of names to keep nothing. */
    public HostResolver(HostLookup names) {
        this.names = names;
        executor.allowCoreThreadTimeOut(true);
        // The JDK would answer from a cache of its own for 30 s, whatever the configuration asks for.
        Security.setProperty("networkaddress.cache.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
    }

    /** The last good answer; empty when there was none yet. In the order of the addresses, whatever order they came in. */
    public List<InetAddress> answer(String host) {
        return answers.getOrDefault(host, List.of());
    }

    /** The look-up of a host that is under way, if one is. */
    Optional<CompletableFuture<Void>> underWay(String host) {
        return Optional.ofNullable(underWay.get(host));
    }

    /**
     * Looks a host up, unless that is under way already: a resolver that hangs must not be asked again and again. The
     * result completes, never exceptionally, when there is an answer or none is to be had.
     */
    public CompletableFuture<Void> lookUp(String host) {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> present = underWay.putIfAbsent(host, mine);
        if (present != null) {
            return present;
        }
        try {
            executor.execute(() -> {
                try {
                    ask(host);
                } finally {
                    end(host, mine);
                }
            });
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            // Shutting down, or no thread can be made: the next interval tries again.
            LOG.warn("{} is not looked up now: {}", host, e.toString());
            end(host, mine);
        }
        return mine;
    }

    private void end(String host, CompletableFuture<Void> lookUp) {
        underWay.remove(host);
        lookUp.complete(null);
    }

    /** Looks those hosts up, at the same time, that have no answer yet, and waits for them for so long. */
    public void lookUpUnknown(Collection<String> hosts, long millis) throws InterruptedException {
        List<String> unknown = hosts.stream().filter(host -> answer(host).isEmpty()).toList();
        if (!unknown.isEmpty()) {
            lookUp(unknown, millis);
        }
    }

    /** Looks hosts up at the same time, and waits for them for so long. */
    public void lookUp(Collection<String> hosts, long millis) throws InterruptedException {
        CompletableFuture<Void> all = CompletableFuture
                .allOf(hosts.stream().map(this::lookUp).toArray(CompletableFuture[]::new));
        try {
            all.get(millis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.warn("{} could not be looked up within {} ms; going on without",
                    hosts.stream().filter(host -> answer(host).isEmpty()).toList(), millis);
        } catch (ExecutionException e) {
            LOG.error("look-up of {} failed", hosts, e);
        }
    }

    private void ask(String host) {
        try {
            List<InetAddress> found = names.lookUp(host).stream().distinct()
                    .sorted(Comparator.comparing(InetAddress::getHostAddress)).limit(MAX_ADDRESSES).toList();
            answers.put(host, found);
            if (failing.remove(host)) {
                LOG.info("{} can be looked up again", host);
            }
        } catch (UnknownHostException | RuntimeException e) {
            if (failing.add(host)) {
                LOG.warn("{} can't be looked up: {}; {}", host, e.getMessage(),
                        answer(host).isEmpty() ? "it takes no connections until it can" : "its last addresses stay");
            }
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
