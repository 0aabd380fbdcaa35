package io.vipgate.operations;

import io.vipgate.admin.model.Explanation;
import io.vipgate.control.ManagedPool;
import io.vipgate.linux.TransparentSocket;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.PoolSnapshot;
import io.vipgate.relay.ClientAddressFallback;
import io.vipgate.relay.ConnectRules;
import io.vipgate.relay.TransparentSource;
import io.vipgate.text.IpText;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Whether endpoints would be connected to from a client's own address, and which of them can't be.
 *
 * <p>Confined to the thread that explains.
 */
final class ClientAddressExplainer {
    private final Optional<TransparentSource> source;
    private final InetAddress client;
    private final PoolSnapshot snapshot;
    private final ConnectRules connect;
    private final String mode;
    private final boolean isAnyGood;
    private final long now = System.nanoTime();

    ClientAddressExplainer(ManagedPool pool, PoolSnapshot snapshot, InetAddress client) {
        source = Optional.ofNullable(pool.plan().transparent());
        this.client = client;
        this.snapshot = snapshot;
        connect = pool.plan().connect();
        mode = StatusReport.label(pool.config().clientAddress());
        isAnyGood = snapshot.members().stream().anyMatch(member -> member.state().isEligible()
                && !connect.isFull(member.endpoint()) && isOfFamily(member.endpoint()) && !isLost(member.endpoint()));
    }

    private boolean isOfFamily(Endpoint endpoint) {
        return TransparentSource.isOfFamily(endpoint, client instanceof Inet4Address);
    }

    private boolean isLost(Endpoint endpoint) {
        return source.filter(known -> known.returnPaths().isLost(endpoint, now)).isPresent();
    }

    /** Why an endpoint is passed over, where clients' addresses are required; empty when it is not. */
    Optional<String> whyPassedOver(Endpoint endpoint) {
        if (source.filter(TransparentSource::isRequired).isEmpty()) {
            return Optional.empty();
        }
        if (!isOfFamily(endpoint)) {
            return Optional.of("of the other family than the client, whose address is required");
        }
        return isLost(endpoint) && isAnyGood
                ? Optional.of("its replies to clients' addresses do not come back, and a better one is left")
                : Optional.empty();
    }

    /** Whether an endpoint can take the client. */
    boolean canTake(Endpoint endpoint) {
        return !connect.isFull(endpoint) && whyPassedOver(endpoint).isEmpty();
    }

    /** What is made of the client's address; empty where the pool does not ask for it. */
    Optional<Explanation.Verdict> verdict() {
        return source.map(known -> {
            Optional<String> obstacle = obstacle(known);
            boolean isRefused = obstacle.isPresent() && known.isRequired();
            String why = obstacle.map(reason -> mode + ": " + reason
                    + (known.isRequired() ? "" : "; the gateway's own address is used")).orElseGet(this::used);
            return new Explanation.Verdict("client", IpText.of(client), "clientAddress", isRefused ? "refused" : "pass",
                    why);
        });
    }

    private Optional<String> obstacle(TransparentSource known) {
        if (TransparentSocket.isForbidden()) {
            return Optional.of("the process may not connect from other machines' addresses");
        }
        boolean isEndpoint = snapshot.members().stream()
                .anyMatch(member -> member.endpoint().address().getAddress().equals(client));
        ClientAddressFallback found = known.obstacle(client, isEndpoint);
        if (found != null) {
            return Optional.of(found == ClientAddressFallback.FAMILY
                    ? "no machine can be reached at this address"
                    : isEndpoint ? "the client is an endpoint of the pool" : "the client is this machine");
        }
        return snapshot.members().stream().map(PoolSnapshot.Member::endpoint).noneMatch(this::isOfFamily)
                ? Optional.of("no endpoint has an address of the client's family")
                : Optional.empty();
    }

    private String used() {
        List<String> others = new ArrayList<>();
        for (PoolSnapshot.Member member : snapshot.members()) {
            if (!isOfFamily(member.endpoint())) {
                others.add("; not towards " + member.endpoint().label() + ", which is of the other family");
            }
            source.flatMap(known -> known.returnPaths().nanosUntilTried(member.endpoint(), now))
                    .ifPresent(nanos -> others.add("; not towards " + member.endpoint().label() + " for "
                            + TimeUnit.NANOSECONDS.toSeconds(nanos)
                            + " s, since its replies do not come back"));
        }
        return mode + ": endpoints are connected to from the client's address" + String.join("", others);
    }
}
