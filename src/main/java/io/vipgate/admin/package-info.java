/**
 * What browsers and other programs ask the gateway over HTTP, apart from the data path: the JDK's own server on virtual
 * threads.
 *
 * <p>Main types: {@link io.vipgate.admin.AdminServer} (the operator's address) with its calls in {@code AdminRoutes} and
 * what they do in {@link io.vipgate.admin.Operations}, {@code LivePage} (the page for browsers) and {@code EventStream} (what
 * feeds it), {@link io.vipgate.admin.HealthServer} (the read-only address),
 * {@link io.vipgate.admin.Handler} (one answer; more of them can be mounted), {@link io.vipgate.admin.MetricsSource} (what
 * scrapers get). What it answers is in {@code admin.model}. Depends on that, on {@code json} and
 * on the JDK alone.
 */
@NullMarked
package io.vipgate.admin;

import org.jspecify.annotations.NullMarked;
