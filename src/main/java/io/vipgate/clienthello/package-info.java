/**
 * What a TLS client says first, looked at and not consumed, and where its server name leads.
 *
 * <p>Main types: {@link io.vipgate.clienthello.ClientHelloParser}, {@link io.vipgate.clienthello.ClientHello},
 * {@link io.vipgate.clienthello.ServerName}.
 */
@NullMarked
package io.vipgate.clienthello;

import org.jspecify.annotations.NullMarked;
