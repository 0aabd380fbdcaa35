/**
 * Hashing of what strangers choose, with a key that they do not know.
 *
 * <p>Main type: {@link io.vipgate.hash.SipHash}. Depends on the JDK alone.
 */
@NullMarked
package io.vipgate.hash;

import org.jspecify.annotations.NullMarked;
