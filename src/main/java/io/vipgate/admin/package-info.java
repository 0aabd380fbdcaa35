/**
 * What other programs ask the gateway over HTTP, apart from the data path: the JDK's own server on virtual threads.
 *
 * <p>Main types: {@link io.vipgate.admin.CheckServer} (the read-only address), {@link io.vipgate.admin.Condition} (what it
 * tells), {@link io.vipgate.admin.MetricsSource} (what scrapers get). Depends on the JDK alone.
 */
@NullMarked
package io.vipgate.admin;

import org.jspecify.annotations.NullMarked;
