package io.vipgate.config;

import java.util.Objects;
import java.util.Optional;

/**
 * The request of an HTTP probe: {@code pools.P.probe.http}. <b>Immutable.</b>
 *
 * @param path begins with a slash
 * @param host empty for the endpoint's address
 * @param expectBody empty for any body
 */
public record HttpProbeConfig(
        @Key(byDefault = "/", doc = "of the request, beginning with a slash") String path,
        @Key(shown = "the address", doc = "the Host header") Optional<String> host,
        @Key(byDefault = "200-399", doc = "status codes and ranges of them "
                + "that pass, `\"200,204,300-399\"`") StatusRanges expectStatus,
        @Key(doc = "text that must occur in the first 64 KiB of the body") String expectBody) {
    /** Every key at its default. */
    public static final HttpProbeConfig DEFAULTS = (HttpProbeConfig) Objects.requireNonNull(
            Schema.of(HttpProbeConfig.class).defaults());
}
