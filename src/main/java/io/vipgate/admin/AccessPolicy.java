package io.vipgate.admin;

import java.util.List;

/**
 * Who is let in to the admin server; a reload replaces it.
 *
 * <p>Immutable.
 *
 * @param allowedHosts Host headers accepted besides the address itself and loopback names
 * @param token what changes need
 */
public record AccessPolicy(List<String> allowedHosts, Token token) {
    /** Keeps its own copy. */
    public AccessPolicy {
        allowedHosts = List.copyOf(allowedHosts);
    }
}
