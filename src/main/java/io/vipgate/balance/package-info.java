/**
 * The rules that pick an endpoint, one class each.
 *
 * <p>Main types: {@link io.vipgate.balance.Balancer} (a rule over a fixed list of candidates),
 * {@link io.vipgate.balance.SelectionContext} (what one pick may know), {@link io.vipgate.balance.TieredBalancer}. A rule
 * explains itself to operators; {@link io.vipgate.balance.BalancerFactory} is what the configuration names. Depends on the JDK and on
 * {@code io.vipgate.pool} alone.
 */
@NullMarked
package io.vipgate.balance;

import org.jspecify.annotations.NullMarked;
