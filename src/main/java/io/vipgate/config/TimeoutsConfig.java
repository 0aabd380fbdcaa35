package io.vipgate.config;

import java.time.Duration;

/**
 * Bounds on a relay: {@code pools.P.timeouts}. <b>Immutable.</b>
 *
 * @param lifetime zero for none
 * @param lifetimeJitter a share, 0.0..0.5
 */
public record TimeoutsConfig(
        @Key(byDefault = "10m", min = "1ms", doc = "since a byte last reached either destination socket") Duration idle,
        @Key(byDefault = "30s", min = "1ms", doc = "while one direction has ended and nothing "
                + "moves in the other") Duration halfClosed,
        @Key(byDefault = "0s", doc = "of a whole relay; 0s: none") Duration lifetime,
        @Key(byDefault = "10 %", min = "0 %", max = "50 %", percent = true, doc = "by how much a lifetime is shortened "
                + "at random") double lifetimeJitter) {}
