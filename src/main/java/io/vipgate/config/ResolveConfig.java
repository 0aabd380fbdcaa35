package io.vipgate.config;

import java.time.Duration;

/** Name lookups: {@code pools.P.resolve}. <b>Immutable.</b> */
public record ResolveConfig(
        @Key(byDefault = "30s", min = "1s", doc = "between lookups of a named endpoint; each address found is an "
                + "endpoint `name[address]` sharing the weight") Duration interval) {}
