package io.vipgate.config;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * TLS of a probe: {@code pools.P.probe.tls}. <b>Immutable.</b>
 *
 * @param serverName empty for the name that the endpoint is given by, if it is
 * @param ca empty for the machine's own
 */
public record TlsProbeConfig(
        @Key(shown = "the endpoint's name", doc = "the name sent as SNI and, with `verify`, looked for in the certificate; "
                + "none for an endpoint given by address") Optional<String> serverName,
        @Key(byDefault = "false", doc = "whether the certificate must be valid") boolean verify,
        @Key(shown = "the machine's", doc = "file with the certificates to trust, PEM") Optional<Path> ca) {
    /** Every key at its default. */
    public static final TlsProbeConfig DEFAULTS = (TlsProbeConfig) Objects.requireNonNull(
            Schema.of(TlsProbeConfig.class).defaults());
}
