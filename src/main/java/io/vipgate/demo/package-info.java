/**
 * {@code vipgate demo}: the main job with two small backends in the same process; {@code vipgate train}: the same, worked hard.
 *
 * <p>Main types: {@link io.vipgate.demo.Demo}, {@code DemoBackend}, {@code DemoClients}, {@code DemoPages},
 * {@link io.vipgate.demo.Training}. May depend on the wiring in
 * {@code io.vipgate}, on {@code config}, {@code admin} and {@code json}.
 */
@NullMarked
package io.vipgate.demo;

import org.jspecify.annotations.NullMarked;
