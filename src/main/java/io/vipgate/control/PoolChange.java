package io.vipgate.control;

import io.vipgate.config.ClientAddressMode;
import io.vipgate.config.PoolConfig;
import io.vipgate.probe.Probe;
import io.vipgate.probe.Probes;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * What a pool is to be: its configuration, and what of that can fail, made beforehand.
 *
 * <p>Immutable.
 *
 * @param probe empty when its endpoints are not probed
 * @param authorities what stands in the probe's file of certificates; empty when it has none
 */
public record PoolChange(PoolConfig config, Optional<Probe> probe, List<X509Certificate> authorities) {
    /** Whether its endpoints are to be connected to from clients' addresses. */
    boolean isFromClients() {
        return config.clientAddress() != ClientAddressMode.NONE;
    }

    /**
     * Makes the pool's probe.
     *
     * @throws StartException if its certificates can't be read
     */
    static PoolChange prepare(String name, PoolConfig config) throws StartException {
        try {
            List<X509Certificate> authorities = Probes.authorities(config.probe());
            return new PoolChange(config,
                    Probes.of(config.probe(), config.proxyProtocol().version(), config.source(), authorities),
                    authorities);
        } catch (IllegalArgumentException e) {
            throw new StartException("pools." + name + ": " + e.getMessage());
        }
    }
}
