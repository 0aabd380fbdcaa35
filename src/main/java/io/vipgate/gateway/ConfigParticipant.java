package io.vipgate.gateway;

import io.vipgate.config.GatewayConfig;
import io.vipgate.control.ConfigChange;
import io.vipgate.control.StartException;

/** Whoever else a change of the configuration concerns. */
@FunctionalInterface
public interface ConfigParticipant {
    /**
     * Does all that can fail; nothing has changed yet.
     *
     * @return makes the change, on the control thread
     * @throws StartException if the configuration can't be applied
     */
    ConfigChange prepare(GatewayConfig next) throws StartException;
}
