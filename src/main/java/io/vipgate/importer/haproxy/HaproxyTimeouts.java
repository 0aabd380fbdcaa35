package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.DraftPool;
import io.vipgate.importer.common.Durations;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.time.Duration;
import java.util.Optional;

/**
 * Timeouts and retries of a frontend and its backend as those of a pool.
 *
 * <p>Confined to one import.
 */
final class HaproxyTimeouts {
    private static final Duration MAX_CONNECT_TIMEOUT = Duration.ofMinutes(5);
    private static final Duration MIN_TIMEOUT = Duration.ofMillis(1);
    private static final long MAX_ATTEMPTS = 16;

    private final Notes notes;
    private final HaproxySection frontend;
    private final HaproxySection backend;

    HaproxyTimeouts(Notes notes, HaproxySection frontend, HaproxySection backend) {
        this.notes = notes;
        this.frontend = frontend;
        this.backend = backend;
    }

    void apply(DraftPool pool) {
        backend.timeout("connect").ifPresent(each -> pool.set("connect", "timeout",
                Durations.print(clamp(backend.timeoutLine("connect"), each, MAX_CONNECT_TIMEOUT))));
        idle(pool);
        shorter(frontend.timeout("client-fin"), backend.timeout("server-fin")).ifPresent(each -> pool.set("timeouts",
                "halfClosed", Durations.print(clamp(backend.timeoutLine("server-fin")
                        .or(() -> frontend.timeoutLine("client-fin")), each, Durations.MAX))));
        retries(pool);
    }

    private void idle(DraftPool pool) {
        Optional<Duration> client = frontend.timeout("client");
        Optional<Duration> server = backend.timeout("server");
        Optional<Duration> tunnel = backend.timeout("tunnel").or(() -> frontend.timeout("tunnel"));
        Optional<Statement> statement = backend.timeoutLine("tunnel").or(() -> backend.timeoutLine("server"))
                .or(() -> frontend.timeoutLine("client"));
        tunnel.or(() -> shorter(client, server)).ifPresentOrElse(
                idle -> pool.set("timeouts", "idle", Durations.print(clamp(statement, idle, Durations.MAX))),
                () -> notes.add(frontend.section(),
                        "no timeout client or server: HAProxy waits forever; timeouts.idle "
                                + "is 10m unless it is set"));
        if (tunnel.isEmpty() && client.isPresent() && server.isPresent() && !client.equals(server)) {
            statement.ifPresent(each -> notes.add(each, "differs from timeout client (" + Durations.print(client.get())
                    + "); timeouts.idle applies to both sides and is the shorter one"));
        }
    }

    private Duration clamp(Optional<Statement> statement, Duration value, Duration max) {
        Duration kept = Durations.clamp(value, MIN_TIMEOUT, max);
        if (!kept.equals(value)) {
            statement.ifPresent(
                    each -> notes.add(each, "becomes " + Durations.print(kept) + ", the nearest that vipgate takes"));
        }
        return kept;
    }

    private static Optional<Duration> shorter(Optional<Duration> a, Optional<Duration> b) {
        return a.isPresent() && b.isPresent() && b.get().compareTo(a.get()) < 0 ? b : a.or(() -> b);
    }

    private void retries(DraftPool pool) {
        backend.last("retries").ifPresent(statement -> {
            if (!statement.word(1).matches("[0-9]{1,9}")) {
                notes.leftOut(statement, "not a whole number");
                return;
            }
            long retries = Long.parseLong(statement.word(1));
            pool.set("connect", "attempts", Math.min(MAX_ATTEMPTS, retries + 1));
            redispatch(statement, retries);
        });
    }

    /** HAProxy stays at a server, but for the last retry with the option, or for each so-manieth with a number behind it. */
    private void redispatch(Statement statement, long retries) {
        Optional<Statement> redispatch = backend.option("redispatch");
        if (retries > 0 && redispatch.isEmpty()) {
            notes.add(statement, "each attempt uses another endpoint, as with option redispatch 1");
        } else if (retries > 1 && !redispatch.orElseThrow().word(2).equals("1")) {
            notes.add(redispatch.orElseThrow(), "each attempt uses another endpoint, as with option redispatch 1");
        }
    }
}
