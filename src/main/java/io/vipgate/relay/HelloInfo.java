package io.vipgate.relay;

import org.jspecify.annotations.Nullable;

/**
 * What a client's ClientHello has said. It comes from outside: to be escaped.
 *
 * <p>Immutable.
 *
 * @param serverName the server that it names; in small letters and without a last dot where it is a host name, else as it was sent,
 *     each byte a character, 255 at most; null when it names none
 * @param protocol the application protocol that has decided, else the first that it offers, each byte a character; null when it
 *     offers none, or nobody is to be told
 */
public record HelloInfo(@Nullable String serverName, @Nullable String protocol) {}
