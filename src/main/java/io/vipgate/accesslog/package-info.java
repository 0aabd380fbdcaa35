/**
 * The access log: one line for each relay that ends and each client that is refused.
 *
 * <p>Main types: {@link io.vipgate.accesslog.AccessLog}, {@link io.vipgate.accesslog.LoopAccessLog} (what an event loop writes
 * into), {@link io.vipgate.accesslog.CloseCode} (the two letters). Event loops only note what happened, in a bounded queue
 * each; one thread makes lines of it and writes them. May depend on {@code relay}, {@code linux} and {@code pool}.
 */
@NullMarked
package io.vipgate.accesslog;

import org.jspecify.annotations.NullMarked;
