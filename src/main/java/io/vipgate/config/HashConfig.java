package io.vipgate.config;

/**
 * What {@code source-hash} hashes: {@code pools.P.hash}. <b>Immutable.</b>
 *
 * @param key empty for the published constant
 * @param ipv4Prefix 0..32
 * @param ipv6Prefix 0..128
 */
public record HashConfig(
        @Key(doc = "secret that makes the choice unpredictable; the same on gateways that must agree; empty: a "
                + "published constant") String key,
        @Key(byDefault = "32", min = "0", max = "32", doc = "leading bits of an IPv4 client "
                + "address that count") int ipv4Prefix,
        @Key(byDefault = "64", min = "0", max = "128", doc = "leading bits of an IPv6 client "
                + "address that count") int ipv6Prefix) {}
