package io.vipgate.importer.netfilter;

/**
 * What draws a number from 0 to the modulus less 1 for each packet that gets there.
 *
 * <p>Immutable.
 *
 * @param key tells counters apart; for a hash: what is hashed, so that equal hashes give equal numbers
 * @param modulus 1 or more
 */
public record NumberSource(Kind kind, String key, int modulus) {
    /** How it draws. */
    public enum Kind {
        /** Each number alike, anew for each packet. */
        CHANCE,
        /** One after the other, from 0. */
        TURNS,
        /** By a hash of the client's address: one client, one number. */
        CLIENT
    }
}
