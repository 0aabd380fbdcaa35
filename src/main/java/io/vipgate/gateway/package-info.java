/**
 * The gateway: starts to serve a configuration, applies the next one, drains and closes.
 *
 * <p>Main types: {@link io.vipgate.gateway.Gateway}, {@link io.vipgate.gateway.GatewayView} (what reports may ask of it). May
 * depend on {@code control}, {@code loops}, {@code accesslog}, {@code neighbour} and {@code config}, and on what these depend
 * on.
 */
@NullMarked
package io.vipgate.gateway;

import org.jspecify.annotations.NullMarked;
