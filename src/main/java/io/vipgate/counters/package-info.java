/**
 * Counts that one thread makes, and of which others read copies.
 *
 * <p>Main types: {@link io.vipgate.counters.EnumCounter} (by reason), {@link io.vipgate.counters.Histogram} (times, by bucket). Depends
 * on the JDK alone.
 */
@NullMarked
package io.vipgate.counters;

import org.jspecify.annotations.NullMarked;
