package io.vipgate.admin.http;

/**
 * How many connections a server has, by what they do.
 *
 * <p>Immutable.
 *
 * @param waiting those that have not sent the head of a request
 * @param waitingOfOneSource of these, from one address (IPv6: one /64)
 * @param answered strangers who are answered
 * @param answeredOfOneSource of these, from one address
 * @param streams strangers who read what has no end; who may begin is the page's affair
 * @param trusted callers with a token, whatever they do
 */
public record HttpBounds(int waiting, int waitingOfOneSource, int answered, int answeredOfOneSource, int streams,
        int trusted) {
    /** What both of the gateway's servers have. */
    public static final HttpBounds USUAL = new HttpBounds(48, 32, 32, 24, 8, 8);
}
