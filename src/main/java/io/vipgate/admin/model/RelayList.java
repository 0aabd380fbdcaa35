package io.vipgate.admin.model;

import io.vipgate.json.Decimals;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of open relays.
 *
 * <p>Immutable.
 *
 * @param matching how many there are on all pages
 * @param next what the next page comes after; null on the last one
 */
public record RelayList(List<Entry> relays, int matching, @Nullable String next) {
    /**
     * An open relay.
     *
     * @param client where it comes from; whom a PROXY header conveyed, if one did
     * @param peer who conveyed the client; null when nobody did
     * @param peerPort the peer's port; null without one
     * @param serverName the server that it names in its ClientHello; null where none was read, or it names none
     * @param endpoint null while none is selected
     * @param idleSeconds since a byte last reached either side
     */
    public record Entry(String id, String listener, String client, int clientPort, @Nullable String peer,
            @Nullable Integer peerPort, @Nullable String serverName, String pool,
            @Nullable String endpoint, String phase, @Decimals(1) double ageSeconds, @Decimals(1) double idleSeconds,
            long bytesToBackend, long bytesToClient, int attempts, boolean pinned) {}
}
