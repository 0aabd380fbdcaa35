/**
 * What the gateway tells of itself over time: rates, ten minutes of history, and what is scraped.
 *
 * <p>Main types: {@link io.vipgate.telemetry.RateSampler}, {@link io.vipgate.telemetry.History},
 * {@link io.vipgate.telemetry.MetricsReader} (reads everything for {@code metrics}). May depend on {@code control},
 * {@code loops} and {@code metrics}, and on what these depend on.
 */
@NullMarked
package io.vipgate.telemetry;

import org.jspecify.annotations.NullMarked;
