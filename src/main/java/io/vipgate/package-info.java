/**
 * Wiring: builds the gateway from its configuration, starts it and stops it; nothing clever.
 *
 * <p>Main types: {@link io.vipgate.Main}, {@code Gateway}. May depend on every package of the project.
 */
@NullMarked
package io.vipgate;

import org.jspecify.annotations.NullMarked;
