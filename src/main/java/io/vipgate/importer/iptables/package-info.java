/**
 * Imports DNAT rules, as {@code iptables-save} prints them or as a script of commands has them.
 *
 * <p>Main types: {@link io.vipgate.importer.iptables.IptablesImporter}; {@code IptablesParser} reads rules, {@code ShareChain} works
 * out which share of the connections each of them takes. May depend on {@code io.vipgate.importer.common} and the JDK alone.
 */
@NullMarked
package io.vipgate.importer.iptables;

import org.jspecify.annotations.NullMarked;
