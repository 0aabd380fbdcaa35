package io.vipgate.admin;

import io.vipgate.admin.http.Exchange;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps pages in a browser from calling the gateway, and strangers from changing it.
 *
 * <p>A name that leads to this address but is not one of its own is how a foreign page gets past the browser's own rules
 * (DNS rebinding); an Origin or Sec-Fetch-Site that is not the gateway's own is a foreign page's call (Fetch Metadata).
 * A link from anywhere may lead to the page for browsers, which shows the same to everybody and does nothing unasked.
 *
 * <p>Thread-safe.
 */
final class Guard {
    private static final Logger LOG = LoggerFactory.getLogger(Guard.class);
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "::1");
    private static final long WARN_EVERY_NANOS = 10_000_000_000L;

    private final Supplier<AccessPolicy> accessPolicy;
    private final List<Token> further = new CopyOnWriteArrayList<>();
    private final AtomicLong wrongTokens = new AtomicLong();
    private final AtomicLong warnedAt = new AtomicLong(System.nanoTime() - WARN_EVERY_NANOS);

    Guard(Supplier<AccessPolicy> accessPolicy) {
        this.accessPolicy = accessPolicy;
    }

    void admit(Token token) {
        further.add(token);
    }

    /**
     * Looks at who the call is for and which page it comes from.
     *
     * @throws RequestException 403 if it is not let in
     */
    void checkSource(Exchange exchange) throws RequestException {
        List<String> hosts = exchange.headers("Host");
        // No name leads to a Unix socket, so whoever calls it is on this machine.
        if (exchange.local().isPresent() && (hosts.size() != 1 || !isOwn(hosts.getFirst(), exchange.local())
                || !exchange.authority().map(authority -> isOwn(authority, exchange.local())).orElse(true))) {
            throw new RequestException(403, "Host: " + String.join(", ", hosts)
                    + " (expected: an address of this server, a loopback name, or one of admin.allowedHosts)",
                    List.of());
        }
        List<String> origins = exchange.headers("Origin");
        boolean isFromAllowed = !origins.isEmpty() && origins.stream().allMatch(this::isAllowedOrigin);
        boolean isForeign = origins.stream().anyMatch(origin -> !isSameOrigin(origin, String.join("", hosts)))
                || exchange.headers("Sec-Fetch-Site").stream()
                        .anyMatch(site -> !site.equals("same-origin") && !site.equals("none"));
        if (isForeign && !isFromAllowed && !isVisit(exchange)) {
            throw new RequestException(403, "pages of other sites may not call this", List.of());
        }
    }

    /** Whether somebody in a browser goes to the page, in a window of its own. */
    private static boolean isVisit(Exchange exchange) {
        return exchange.method().equals("GET") && exchange.target().equals(LivePage.PATH)
                && exchange.headers("Origin").isEmpty()
                && exchange.headers("Sec-Fetch-Mode").equals(List.of("navigate"))
                && exchange.headers("Sec-Fetch-Dest").equals(List.of("document"));
    }

    private boolean isOwn(String host, Optional<InetAddress> local) {
        return isAllowed(host) || HostName.canonical(host).filter(
                name -> LOOPBACK.contains(name) || local.map(HostName::of).filter(name::equals).isPresent())
                .isPresent();
    }

    /** As it is listed: word by word, or what both name is the same. */
    private boolean isAllowed(String host) {
        Optional<String> name = HostName.canonical(host);
        return accessPolicy.get().allowedHosts().stream().anyMatch(allowed -> allowed.equalsIgnoreCase(host)
                || (name.isPresent() && name.equals(HostName.canonical(allowed)) && !hasPort(allowed)));
    }

    private static boolean hasPort(String allowed) {
        return !allowed.startsWith("[") && allowed.indexOf(':') == allowed.lastIndexOf(':') && allowed.contains(":");
    }

    private boolean isAllowedOrigin(String origin) {
        return authority(origin).filter(this::isAllowed).isPresent();
    }

    private static boolean isSameOrigin(String origin, String host) {
        return authority(origin).filter(host::equalsIgnoreCase).isPresent();
    }

    private static Optional<String> authority(String origin) {
        try {
            return Optional.ofNullable(URI.create(origin).getRawAuthority());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Whether the caller knows the token, or is known to the kernel. Must not block. */
    boolean knowsToken(Exchange exchange) {
        if (exchange.isByOperator()) {
            return true;
        }
        List<String> headers = exchange.headers("Authorization");
        return accessPolicy.get().token().isIn(headers) || further.stream().anyMatch(token -> token.isIn(headers));
    }

    /**
     * Looks whether the caller knows the token.
     *
     * @throws RequestException 401 if not
     */
    void checkToken(Exchange exchange) throws RequestException {
        if (!knowsToken(exchange)) {
            wrongTokens.incrementAndGet();
            long now = System.nanoTime();
            long last = warnedAt.get();
            if (now - last >= WARN_EVERY_NANOS && warnedAt.compareAndSet(last, now)) {
                LOG.warn("admin: {} calls without the right token since the last such line, the last one from {}",
                        wrongTokens.getAndSet(0), exchange.caller());
            }
            throw new RequestException(401, "this call needs the header Authorization: Bearer with the token of "
                    + "admin.tokenFile", List.of());
        }
    }
}
