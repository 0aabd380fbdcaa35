/**
 * The PROXY protocol, versions 1 and 2: who the client of a connection is, told in front of its bytes.
 *
 * <p>Main type: {@link io.vipgate.proxyprotocol.ProxyHeader} (the encoder, for relays and probes). May depend on {@code linux}
 * and {@code text}.
 */
@NullMarked
package io.vipgate.proxyprotocol;

import org.jspecify.annotations.NullMarked;
