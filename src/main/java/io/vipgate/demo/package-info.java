/**
 * {@code vipgate demo}: the main job with two small backends in the same process.
 *
 * <p>Main types: {@link io.vipgate.demo.Demo}, {@code DemoBackend}, {@code DemoControl}. May depend on the wiring in
 * {@code io.vipgate} and on {@code config}.
 */
@NullMarked
package io.vipgate.demo;

import org.jspecify.annotations.NullMarked;
