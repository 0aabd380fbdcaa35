/**
 * What browsers and other programs ask the gateway over HTTP, apart from the data path.
 *
 * <p>Main types: {@link io.vipgate.admin.AdminServer} (the operator's address) with its calls in {@code AdminRoutes} and
 * what they do in {@link io.vipgate.admin.Operations}, {@code LivePage} (the page for browsers) and {@code EventStream} (what
 * feeds it), {@link io.vipgate.admin.HealthServer} (the read-only address),
 * {@link io.vipgate.admin.Handler} (one answer; more of them can be mounted), {@link io.vipgate.admin.MetricsSource} (what
 * scrapers get). What it answers is in {@code admin.model}; HTTP itself, with its bounds, in {@code admin.http}. Depends on these,
 * on {@code json} and on {@code text} alone.
 */
@NullMarked
package io.vipgate.admin;

import org.jspecify.annotations.NullMarked;
