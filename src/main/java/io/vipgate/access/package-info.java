/**
 * Who may come in: networks, and the tables that find the one that decides about an address.
 *
 * <p>Main types: {@link io.vipgate.access.PrefixTable}, {@link io.vipgate.access.Blocks}. May depend on {@code linux} and {@code text}.
 */
@NullMarked
package io.vipgate.access;

import org.jspecify.annotations.NullMarked;
