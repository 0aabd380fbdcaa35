package io.vipgate.config;

import java.time.Duration;

/**
 * How open relays get back to where they belong: {@code pools.P.rebalance}. <b>Immutable.</b>
 *
 * @param over a share, 0.05..2.0
 * @param rate a share, 0.001..1.0
 */
@ShortForm("when")
public record RebalanceConfig(
        @Key(byDefault = "never", doc = "`never`: only by `vipgate rebalance`; `recovery`: after an endpoint's return, until it is "
                + "done once; `always`: whenever the shares are off") RebalanceWhen when,
        @Key(byDefault = "30s", max = "24h", doc = "an endpoint that is to gain must have been up for so long; not by hand") Duration after,
        @Key(byDefault = "20 %", min = "5 %", max = "200 %", percent = true, doc = "begins when an endpoint has so much more than its "
                + "share; with `pinning` or `source-hash` clients go home instead, whatever the shares") double over,
        @Key(byDefault = "5s", min = "500ms", max = "24h", doc = "only relays that were silent for so long, with nothing due; below "
                + "`timeouts.idle`") Duration idleFor,
        @Key(byDefault = "1 %", min = "0.1 %", max = "100 %", percent = true, doc = "of the pool's relays are closed in a second at "
                + "most, one at least") double rate) {}
