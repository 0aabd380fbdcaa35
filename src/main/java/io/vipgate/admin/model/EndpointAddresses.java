package io.vipgate.admin.model;

import java.util.List;

/**
 * An endpoint after a change, each of its addresses.
 *
 * <p>Immutable.
 *
 * @param addresses empty while its host name has none
 */
public record EndpointAddresses(String pool, String endpoint, List<EndpointStatus> addresses) {}
