package io.vipgate.config;

import java.util.Objects;
import java.util.Optional;

/**
 * The request of an HTTP probe: {@code pools.P.probe.http}. <b>Immutable.</b>
 *
 * @param path begins with a slash
 * @param host empty for the name that the endpoint is given by, or its address
 * @param expectBody empty for any body
 */
public record HttpProbeConfig(
        @Key(byDefault = "/", doc = "of the request, beginning with a slash") String path,
        @Key(shown = "the endpoint's name or address", doc = "the Host header; by default with the port unless that is 80, "
                + "or 443 with `tls`") Optional<String> host,
        @Key(byDefault = "200-399", doc = "status codes and ranges of them "
                + "that pass, `\"200,204,300-399\"`") StatusRanges expectStatus,
        @Key(doc = "text that must occur in the first 64 KiB of the body") String expectBody) {
    /** Every key at its default. */
    public static final HttpProbeConfig DEFAULTS = (HttpProbeConfig) Objects.requireNonNull(
            Schema.of(HttpProbeConfig.class).defaults());
}
