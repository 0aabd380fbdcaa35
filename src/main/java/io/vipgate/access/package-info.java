/**
 * Who may come in: networks, and the tables that find the one that decides about an address.
 *
 * <p>Main type: {@link io.vipgate.access.PrefixTable}. May depend on {@code linux} and {@code text}.
 */
@NullMarked
package io.vipgate.access;

import org.jspecify.annotations.NullMarked;
