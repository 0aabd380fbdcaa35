package io.vipgate.gateway;

import io.vipgate.config.GatewayConfig;
import io.vipgate.control.StartException;

/** Whoever else a change of the configuration concerns. */
@FunctionalInterface
public interface ConfigParticipant {
    /**
     * Does all that can fail; nothing has changed yet.
     *
     * @return makes the change, and can't fail
     * @throws StartException if the configuration can't be applied
     */
    Runnable prepare(GatewayConfig next) throws StartException;
}
