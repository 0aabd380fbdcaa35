/**
 * Tests over real sockets: a gateway in this process, or as a process of its own, between clients and endpoints that
 * behave badly in known ways.
 *
 * <p>Main types: {@link io.vipgate.it.TestGateway} (the gateway under test), {@link io.vipgate.it.Peer} (one end of a
 * connection), {@link io.vipgate.it.TestEndpoint} and its kinds (the hostile peers), {@link io.vipgate.it.SocketTest} (what
 * every test class here promises). May depend on everything.
 */
@NullMarked
package io.vipgate.it;

import org.jspecify.annotations.NullMarked;
