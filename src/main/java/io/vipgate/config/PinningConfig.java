package io.vipgate.config;

import java.time.Duration;

/**
 * Keeping a client at its endpoint: {@code pools.P.pinning}. <b>Immutable.</b>
 *
 * @param maxEntries 1 or more
 * @param ipv4Prefix 0..32
 * @param ipv6Prefix 0..128
 */
public record PinningConfig(
        @Key(byDefault = "none", doc = "`none`, `source-address`") PinBy by,
        @Key(byDefault = "50s", min = "1s", doc = "since the client's last connection, and "
                + "while one is open") Duration ttl,
        @Key(byDefault = "100000", min = "1", max = "100000000", doc = "at the bound the oldest goes, counted; a table "
                + "that would not fit half the heap is refused at start") int maxEntries,
        @Key(byDefault = "32", min = "0", max = "32", doc = "leading bits of an IPv4 client "
                + "address that count") int ipv4Prefix,
        @Key(byDefault = "64", min = "0", max = "128", doc = "leading bits of an IPv6 client "
                + "address that count") int ipv6Prefix) {}
