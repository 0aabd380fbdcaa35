/**
 * {@code vipgate demo}: the main job with two small backends in the same process.
 *
 * <p>Main types: {@link io.vipgate.demo.Demo}, {@code DemoBackend}, {@code DemoControl}. May depend on the wiring in
 * {@code io.vipgate}, on {@code config} and on {@code net}.
 */
@NullMarked
package io.vipgate.demo;

import org.jspecify.annotations.NullMarked;
