/**
 * What the kernel's netfilter does with new connections: chains of rules, by whatever program they were written, become the exact
 * share of each target, and those become listeners and pools.
 *
 * <p>Main types: {@link io.vipgate.importer.netfilter.Program}, {@link io.vipgate.importer.netfilter.NetfilterImport}; {@code Traversal}
 * follows a connection, {@code LongRun} many of them, {@code Destinations} says which addresses and ports are told apart. May depend
 * on {@code io.vipgate.importer.common}, {@code io.vipgate.text} and the JDK alone.
 */
@NullMarked
package io.vipgate.importer.netfilter;

import org.jspecify.annotations.NullMarked;
