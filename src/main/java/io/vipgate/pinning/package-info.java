/**
 * Pinning: which endpoint a client was sent to, so that it is sent there again.
 *
 * <p>Main types: {@link io.vipgate.pinning.PinTable} (a pool's pins, shared by all loops), {@link io.vipgate.pinning.Pin}
 * (one of them), {@link io.vipgate.pinning.PinKey} (whose). The only package that knows Caffeine. May depend on
 * {@code pool}.
 */
@NullMarked
package io.vipgate.pinning;

import org.jspecify.annotations.NullMarked;
