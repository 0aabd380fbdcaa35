package io.vipgate.config;

/**
 * One endpoint of a pool: {@code pools.P.endpoints.E}. <b>Immutable.</b>
 *
 * @param weight 0..256
 * @param maxConnections 0 for no bound
 * @param probe whether the pool's probe, if it has one, asks this endpoint
 */
@ShortForm("address")
public record EndpointConfig(
        @Key(required = true, doc = "an address or a name and a port; `E: 192.168.1.100:80` is short for `E: { "
                + "address: 192.168.1.100:80 }`") EndpointAddress address,
        @Key(byDefault = "1", min = "0", max = "256", doc = "share of new connections against the others'; 0 takes "
                + "nothing new") int weight,
        @Key(byDefault = "false", doc = "used only when no other endpoint can be") boolean backup,
        @Key(byDefault = "0", min = "0", doc = "at its maximum an endpoint is skipped, "
                + "pins included; 0: none") int maxConnections,
        @Key(byDefault = "true", doc = "`false`: it is not probed and counts as up; a failed connect makes it suspect for "
                + "2 s") boolean probe) {}
