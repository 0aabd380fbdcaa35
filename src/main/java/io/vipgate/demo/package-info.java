/**
 * {@code vipgate demo}: the main job with two small backends in the same process.
 *
 * <p>Main types: {@link io.vipgate.demo.Demo}, {@code DemoBackend}, {@code DemoClients}, {@code DemoPages}. May depend on the wiring in
 * {@code io.vipgate}, on {@code config}, {@code admin} and {@code json}.
 */
@NullMarked
package io.vipgate.demo;

import org.jspecify.annotations.NullMarked;
