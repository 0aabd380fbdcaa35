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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks up host names, and keeps the last good answer for when nobody answers any more, as long as the name is in use.
 *
 * <p>Thread-safe.
 */
public final class HostResolver implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostResolver.class);
    /** More addresses of one name than anybody means to balance over. */
    private static final int MAX_ADDRESSES = 64;

    private final HostLookup names;
    private final LookUpThreads threads = new LookUpThreads();
    /** Names that somebody has asked for and that are not forgotten. */
    private final Set<String> inUse = ConcurrentHashMap.newKeySet();
    private final Map<String, List<InetAddress>> answers = new ConcurrentHashMap<>();
    private final Set<String> failing = ConcurrentHashMap.newKeySet();
    private final Map<String, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();

    /** Makes a resolver without answers; sets the JDK's own cache of names to keep nothing. */
    public HostResolver(HostLookup names) {
        this.names = names;
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
        inUse.add(host);
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> present = underWay.putIfAbsent(host, mine);
        if (present != null) {
            return present;
        }
        try {
            threads.run(host, () -> {
                try {
                    ask(host);
                } finally {
                    end(host, mine);
                }
            }, () -> {
                // The next interval tries again.
                LOG.warn("{} is not looked up now: no thread can be made", host);
                end(host, mine);
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("{} is not looked up: shutting down", host);
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

    /**
     * Forgets all other names. One that comes back is new: its addresses may be others by then. What is still found of
     * the forgotten ones counts no more.
     */
    public void retainOnly(Collection<String> hosts) {
        synchronized (inUse) {
            inUse.retainAll(hosts);
            answers.keySet().retainAll(hosts);
            failing.retainAll(hosts);
        }
        threads.retain(hosts);
    }

    private void ask(String host) {
        try {
            List<InetAddress> found = names.lookUp(host).stream().distinct()
                    .sorted(Comparator.comparing(InetAddress::getHostAddress)).limit(MAX_ADDRESSES).toList();
            if (!keep(host, found)) {
                return;
            }
            if (failing.remove(host)) {
                LOG.info("{} can be looked up again", host);
            }
        } catch (UnknownHostException | RuntimeException e) {
            if (isNewFailure(host)) {
                LOG.warn("{} can't be looked up: {}; {}", host, e.getMessage(),
                        answer(host).isEmpty() ? "it takes no connections until it can" : "its last addresses stay");
            }
        }
    }

    private boolean keep(String host, List<InetAddress> found) {
        synchronized (inUse) {
            boolean isKept = inUse.contains(host);
            if (isKept) {
                answers.put(host, found);
            }
            return isKept;
        }
    }

    private boolean isNewFailure(String host) {
        synchronized (inUse) {
            return inUse.contains(host) && failing.add(host);
        }
    }

    @Override
    public void close() {
        threads.close();
    }
}
