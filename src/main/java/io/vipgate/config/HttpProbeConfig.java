package io.vipgate.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
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
        @Key(byDefault = "GET", doc = "of the request, in capitals; the answer to `HEAD` has no body") String method,
        @Key(shown = "the endpoint's name or address", doc = "the Host header; by default with the port unless that is 80, "
                + "or 443 with `tls`") Optional<String> host,
        @Key(doc = "further headers of the request, by name; one of User-Agent, Accept, Connection takes the place of the "
                + "probe's own") Map<String, String> headers,
        @Key(byDefault = "200-399", doc = "status codes and ranges of them "
                + "that pass, `\"200,204,300-399\"`") StatusRanges expectStatus,
        @Key(doc = "text that must occur in the first 64 KiB of the body") String expectBody) {
    /** Keeps its own copy, in the order of the file. */
    public HttpProbeConfig {
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    /** Every key at its default. */
    public static final HttpProbeConfig DEFAULTS = (HttpProbeConfig) Objects.requireNonNull(
            Schema.of(HttpProbeConfig.class).defaults());
}
