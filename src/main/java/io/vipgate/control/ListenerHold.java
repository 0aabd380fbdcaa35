package io.vipgate.control;

import io.vipgate.relay.ListenerState;
import java.time.Instant;

/**
 * That an operator has taken a listener out of service.
 *
 * <p>Immutable.
 *
 * @param state how, never ready
 * @param since when, in whole seconds
 */
public record ListenerHold(ListenerState state, Instant since) {}
