/**
 * The commands: what they take, print and return.
 *
 * <p>Main types: {@link io.vipgate.cli.CommandDispatcher} (which way a command line goes),
 * {@link io.vipgate.cli.VipgateCommand} (the list of commands), one class per command. The only package that knows picocli. May
 * depend on the wiring in {@code io.vipgate}, on {@code config}, {@code importer}, {@code demo}, {@code json}, {@code admin} and
 * {@code text}.
 */
@NullMarked
package io.vipgate.cli;

import org.jspecify.annotations.NullMarked;
