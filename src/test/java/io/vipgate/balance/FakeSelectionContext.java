package io.vipgate.balance;

import io.vipgate.pool.Candidate;
import io.vipgate.pool.Endpoint;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** A connection to pick for: seeded random bits, endpoints barred by hand, any client. Confined to its test. */
final class FakeSelectionContext implements SelectionContext {
    private final Set<Endpoint> barred = Collections.newSetFromMap(new IdentityHashMap<>());
    private final ArrayDeque<Long> scripted = new ArrayDeque<>();
    private final RandomGenerator random;
    private long clientHigh;
    private long clientLow;

    FakeSelectionContext(long seed) {
        random = new SplittableRandom(seed);
    }

    FakeSelectionContext bar(Candidate candidate) {
        barred.add(candidate.endpoint());
        return this;
    }

    FakeSelectionContext allow(Candidate candidate) {
        barred.remove(candidate.endpoint());
        return this;
    }

    boolean isUsable(Candidate candidate) {
        return isUsable(candidate.endpoint());
    }

    /** These bits come first, then seeded ones again. */
    FakeSelectionContext nextRandom(long... bits) {
        for (long each : bits) {
            scripted.add(each);
        }
        return this;
    }

    /** A literal address; IPv4 in its mapped form. */
    FakeSelectionContext client(String address) {
        byte[] bytes = InetAddress.ofLiteral(address).getAddress();
        return bytes.length == 4
                ? client(0, 0xffff_0000_0000L | Integer.toUnsignedLong(ByteBuffer.wrap(bytes).getInt()))
                : client(ByteBuffer.wrap(bytes).getLong(), ByteBuffer.wrap(bytes).getLong(8));
    }

    FakeSelectionContext client(long high, long low) {
        clientHigh = high;
        clientLow = low;
        return this;
    }

    @Override
    public boolean isUsable(Endpoint endpoint) {
        return !barred.contains(endpoint);
    }

    @Override
    public long random() {
        Long next = scripted.poll();
        return next == null ? random.nextLong() : next;
    }

    @Override
    public long clientHigh() {
        return clientHigh;
    }

    @Override
    public long clientLow() {
        return clientLow;
    }
}
