/**
 * What an operator asks of a gateway and does to it: status, explain, relays, pins, readiness, states, reload.
 *
 * <p>Main types: {@link io.vipgate.operations.AdminOperations} (what the admin API calls),
 * {@link io.vipgate.operations.StatusReport}, {@link io.vipgate.operations.SelectionExplainer},
 * {@link io.vipgate.operations.Readiness}. May depend on {@code gateway}, {@code telemetry}, {@code control}, {@code admin}
 * and on what these depend on.
 */
@NullMarked
package io.vipgate.operations;

import org.jspecify.annotations.NullMarked;
