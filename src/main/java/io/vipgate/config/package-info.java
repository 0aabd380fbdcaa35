/**
 * The configuration: one YAML file becomes immutable records, or a list of every problem in it with line, path and
 * what was expected.
 *
 * <p>Main types: {@link io.vipgate.config.ConfigLoader} reads a file, {@link io.vipgate.config.GatewayConfig} and
 * the records in it are what it says, {@link io.vipgate.config.Problem} is one mistake. A key is declared once, by
 * a record component with {@code @Key}: the binder, its range checks, {@link io.vipgate.config.EffectiveConfig} and
 * {@link io.vipgate.config.KeyTable} all read that declaration.
 *
 * <p>The way of a file: {@code SourceText} (bytes to text) → {@code YamlTree} (text to nodes with lines) → {@code
 * Binder} (nodes to records) → {@code ConfigRules} (what concerns more than one key).
 *
 * <p>May depend on {@code text}, the JDK and JSpecify; SnakeYAML only in {@code YamlTree}.
 */
@NullMarked
package io.vipgate.config;

import org.jspecify.annotations.NullMarked;
