package io.vipgate.admin.model;

import io.vipgate.json.Decimals;
import io.vipgate.json.OmitNull;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which endpoint a client would get, and why.
 *
 * <p>Immutable.
 *
 * @param peer who conveys the client in a PROXY header; null for a client that comes by itself
 * @param serverName the server that it is supposed to name in its ClientHello; null for none
 * @param refused why the listener would refuse the client; null when it would not
 * @param verdicts what the listener makes of peer and client, in the order of its checks, up to one that refuses
 * @param pin null when the client is not pinned
 * @param hedge whether a second endpoint is tried when the first is slow; null in a pool that does not hedge
 */
public record Explanation(String listener, String pool, String client, @Nullable String peer,
        @Nullable String serverName, String rule,
        @Nullable String refused, List<Verdict> verdicts, @Nullable Pin pin, List<Candidate> candidates,
        Choice choice, @OmitNull @Nullable String hedge) {
    /**
     * One check of the listener's.
     *
     * @param who {@code peer} or {@code client}
     * @param check {@code state} (of the listener), {@code acceptProxy}, {@code blocks}, {@code access}, {@code perSource}, {@code maxConnections} or
     *     {@code tls}; {@code clientAddress} of the pool
     * @param result {@code pass}, {@code waits} (while the listener is paused), {@code refused} or {@code dry_run}
     */
    public record Verdict(String who, String address, String check, String result, String why) {}

    /**
     * The client's pin.
     *
     * @param why why it is not used; null when it is
     */
    public record Pin(String endpoint, int open, boolean used, @Nullable String why) {}

    /**
     * An endpoint of the pool, and how likely it is.
     *
     * @param finished of its connections those that it has ended its side of: no load to {@code least-connections} and
     *        {@code power-of-two}; 0 with other rules
     */
    public record Candidate(String endpoint, String address, String admin, String health, boolean suspect,
            boolean backup, int weight, int connections, int finished, boolean eligible, String why,
            @Decimals(4) double probability) {}

    /**
     * What the client gets.
     *
     * @param endpoint null when there is none, or several are possible
     * @param definite whether the answer leaves nothing to chance
     */
    public record Choice(@Nullable String endpoint, boolean definite, String why) {}
}
