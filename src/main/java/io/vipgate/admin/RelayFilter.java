package io.vipgate.admin;

import java.net.InetAddress;
import java.util.Optional;

/**
 * Which relays are meant: those for which all hold that is present.
 *
 * <p>Immutable.
 *
 * @param endpoint its name, or its label where it is one address of a name; only with a pool
 */
public record RelayFilter(Optional<String> pool, Optional<String> endpoint, Optional<String> listener,
        Optional<InetAddress> client) {}
