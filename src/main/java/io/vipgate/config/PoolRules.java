package io.vipgate.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What must hold within one pool, addresses and probes aside. <b>Confined to one load.</b> */
final class PoolRules {
    private final PoolConfig pool;
    private final KeyPath path;
    private final Written written;
    private final Problems problems;

    PoolRules(PoolConfig pool, KeyPath path, Written written, Problems problems) {
        this.pool = pool;
        this.path = path;
        this.written = written;
        this.problems = problems;
    }

    void check() {
        weights();
        proxyProtocol();
        hedge();
        wholeSeconds("idle", pool.keepAlive().idle());
        wholeSeconds("interval", pool.keepAlive().interval());
        userTimeout("client", pool.userTimeout().client());
        userTimeout("endpoint", pool.userTimeout().endpoint());
        KeyPath slowStart = path.child("slowStart");
        if (!pool.balance().heedsSlowStart() && !pool.slowStart().isZero()) {
            problems.warn(written.line(slowStart), slowStart,
                    "ignored with balance: " + ScalarTypes.of(BalanceRule.class).write(pool.balance()));
        }
        KeyPath downDrain = path.child("downDrain");
        if (pool.onDown() != OnDown.DRAIN && written.has(downDrain)) {
            problems.warn(written.line(downDrain), downDrain,
                    "ignored with onDown: " + ScalarTypes.of(OnDown.class).write(pool.onDown()));
        }
        rebalance();
        if (pool.balance() == BalanceRule.FIRST) {
            overflow(false);
            overflow(true);
        }
    }

    private void rebalance() {
        KeyPath at = path.child("rebalance");
        KeyPath idleFor = at.child("idleFor");
        Duration idle = pool.timeouts().idle();
        if (pool.rebalance().idleFor().compareTo(idle) >= 0 && !problems.touches(idleFor)
                && (written.has(idleFor) || pool.rebalance().when() != RebalanceWhen.NEVER)) {
            problems.error(written.line(written.has(idleFor) ? idleFor : at), idleFor,
                    ScalarTypes.printDuration(pool.rebalance().idleFor()) + " (expected: less than timeouts.idle, "
                            + ScalarTypes.printDuration(idle) + ", which ends such relays first)");
        }
        boolean isAlone = pool.endpoints().size() == 1
                && pool.endpoints().values().stream().allMatch(only -> only.address().literal().isPresent());
        if (isAlone && pool.rebalance().when() != RebalanceWhen.NEVER) {
            problems.warn(written.line(at.child("when")), at.child("when"),
                    ScalarTypes.of(RebalanceWhen.class).write(pool.rebalance().when())
                            + ": the pool has a single endpoint, so there is nothing to rebalance");
        }
    }

    /** An endpoint without a maximum leaves nothing to those behind it, which is seldom what was meant. */
    private void overflow(boolean isBackup) {
        List<String> inTurn = pool.endpoints().entrySet().stream()
                .filter(entry -> entry.getValue().backup() == isBackup && entry.getValue().weight() > 0)
                .map(Map.Entry::getKey).toList();
        inTurn.stream().limit(Math.max(0, inTurn.size() - 1))
                .filter(name -> Objects.requireNonNull(pool.endpoints().get(name)).maxConnections() == 0).findFirst()
                .ifPresent(name -> {
                    KeyPath at = path.child("endpoints").child(name).child("maxConnections");
                    problems.warn(written.line(at), at,
                            "0: with balance: first the endpoints behind it get connections only while it can't be used");
                });
    }

    private void hedge() {
        ConnectConfig connect = pool.connect();
        KeyPath at = path.child("connect");
        KeyPath hedge = at.child("hedge");
        KeyPath budget = at.child("hedgeBudget");
        if (problems.touches(at)) {
            return;
        }
        if (!connect.hedge().isOn()) {
            if (written.has(budget)) {
                problems.warn(written.line(budget), budget, "ignored with hedge: 0s");
            }
            return;
        }
        if (connect.hedge().fixed().compareTo(connect.timeout()) >= 0) {
            problems.error(written.line(hedge), hedge,
                    connect.hedge() + " (expected: less than connect.timeout, which is "
                            + ScalarTypes.printDuration(connect.timeout()) + ")");
        }
        if (connect.attempts().filter(attempts -> attempts == 1).isPresent()) {
            problems.error(written.line(hedge), hedge,
                    connect.hedge() + " (expected: 0s with attempts: 1, since a hedge is a second attempt)");
        } else if (pool.endpoints().size() == 1
                && pool.endpoints().values().iterator().next().address().literal().isPresent()) {
            problems.warn(written.line(hedge), hedge,
                    connect.hedge() + ": never done, since the pool has no second endpoint");
        }
    }

    private void proxyProtocol() {
        KeyPath at = path.child("proxyProtocol");
        boolean isV2 = pool.proxyProtocol().version() == ProxyProtocol.V2;
        if (!isV2 && !pool.proxyProtocol().tlvs().isEmpty() && !problems.touches(at)) {
            problems.error(written.line(at.child("tlvs")), at.child("tlvs"),
                    "of version 2 only (expected: version: v2)");
        }
        if (!isV2 && pool.proxyProtocol().crc32c() && !problems.touches(at)) {
            problems.error(written.line(at.child("crc32c")), at.child("crc32c"),
                    "true (expected: false, or version: v2)");
        }
    }

    private void weights() {
        KeyPath endpoints = path.child("endpoints");
        boolean allZero = pool.endpoints().values().stream().allMatch(endpoint -> endpoint.weight() == 0);
        if (allZero && !problems.touches(endpoints)) {
            problems.error(written.line(endpoints), endpoints,
                    "every weight is 0 (expected: at least one endpoint with a weight of 1 or more)");
        }
    }

    private void wholeSeconds(String key, Duration value) {
        KeyPath at = path.child("keepAlive").child(key);
        if (value.toMillis() % 1000 != 0) {
            problems.error(written.line(at), at, ScalarTypes.printDuration(value) + " (expected: whole seconds)");
        }
    }

    /** A peer that owes acknowledgements is not given up sooner than keepalive would give up one that is idle. */
    private void userTimeout(String side, Duration value) {
        KeyPath keepAlive = path.child("keepAlive");
        KeyPath at = path.child("userTimeout").child(side);
        Duration least = pool.keepAlive().minimumUserTimeout();
        if (value.isZero() || value.compareTo(least) >= 0 || problems.touches(keepAlive) || problems.touches(at)) {
            return;
        }
        // With userTimeout left at its default, the line to look at is the one that made keepAlive so patient.
        int line = written.line(written.has(at) ? at : keepAlive);
        problems.error(line, at,
                ScalarTypes.printDuration(value) + " (expected: 0s or at least " + ScalarTypes.printDuration(least)
                        + ", which is keepAlive.idle + interval x count)");
    }
}
