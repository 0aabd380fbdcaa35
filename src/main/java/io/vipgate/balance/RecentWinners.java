package io.vipgate.balance;

/**
 * Which candidate won for the clients that came last, as many as there is room for. A client has a few places that its hash
 * names, and who came first among those there leaves for one that is new.
 *
 * <p>Confined to one event loop.
 */
final class RecentWinners {
    private static final int PLACES_PER_CANDIDATE = 32;
    private static final int MAX_PLACES = 4_096;
    /** Places that a client may have; those of one cache line's half. */
    private static final int CHOICE = 4;

    private final long[] clients;
    /** By place: the winner's index and 1; 0 where nobody has come. */
    private final int[] winners;

    /** Remembers nothing yet. */
    RecentWinners(int candidates) {
        int places = Math.min(MAX_PLACES, Integer.highestOneBit(candidates) * PLACES_PER_CANDIDATE);
        clients = new long[places];
        winners = new int[places];
    }

    /** The index of a client's winner; -1 when it is not remembered. */
    int of(long client) {
        int place = firstPlace(client);
        for (int i = place; i < place + CHOICE; i++) {
            if (clients[i] == client) {
                return winners[i] - 1;
            }
        }
        return -1;
    }

    /** Remembers one that is not remembered. */
    void remember(long client, int winner) {
        int place = firstPlace(client);
        for (int i = place + CHOICE - 1; i > place; i--) {
            clients[i] = clients[i - 1];
            winners[i] = winners[i - 1];
        }
        clients[place] = client;
        winners[place] = winner + 1;
    }

    private int firstPlace(long client) {
        return (int) client & (clients.length - CHOICE);
    }
}
