/**
 * Counts that one thread makes, and of which others read copies.
 *
 * <p>Main types: {@link io.vipgate.tally.Tally} (by reason), {@link io.vipgate.tally.Histogram} (times, by bucket). Depends
 * on the JDK alone.
 */
@NullMarked
package io.vipgate.tally;

import org.jspecify.annotations.NullMarked;
