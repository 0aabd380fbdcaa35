/**
 * Pools and their endpoints: who exists, what state each is in, and who may be chosen now.
 *
 * <p>Main types: {@link io.vipgate.pool.Pool} (the one place that stores a pool's state),
 * {@link io.vipgate.pool.PoolSnapshot} (the immutable view that the data path reads),
 * {@link io.vipgate.pool.EndpointState}, {@link io.vipgate.pool.Endpoint}, {@link io.vipgate.pool.ConnectionLimit}. Depends on the JDK alone.
 */
@NullMarked
package io.vipgate.pool;

import org.jspecify.annotations.NullMarked;
