/**
 * HTTP/1.1 for the servers of {@code admin}: Netty's codec on an event loop of its own, with bounds that neither many nor slow
 * callers can use up for others, and answers made on virtual threads.
 *
 * <p>Main types: {@link io.vipgate.admin.http.BoundedHttpServer} (one address) on an
 * {@link io.vipgate.admin.http.HttpLoop}, {@code HttpConnection} (one connection, with its diagram), {@code Room} (who goes when
 * there is no place), {@link io.vipgate.admin.http.Exchange} and {@link io.vipgate.admin.http.Response}. Depends on Netty,
 * {@code admin.model}, {@code json} and {@code text}; knows nothing of gateways.
 */
@NullMarked
package io.vipgate.admin.http;

import org.jspecify.annotations.NullMarked;
