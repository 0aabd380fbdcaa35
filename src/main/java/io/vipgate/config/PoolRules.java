package io.vipgate.config;

import java.time.Duration;

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
        wholeSeconds("idle", pool.keepAlive().idle());
        wholeSeconds("interval", pool.keepAlive().interval());
        userTimeout("client", pool.userTimeout().client());
        userTimeout("endpoint", pool.userTimeout().endpoint());
        KeyPath slowStart = path.child("slowStart");
        if (pool.balance() == BalanceRule.SOURCE_HASH && !pool.slowStart().isZero()) {
            problems.warn(written.line(slowStart), slowStart, "ignored with balance: source-hash");
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
