/**
 * Imports DNAT rules, as {@code iptables-save} prints them or as a script of commands has them.
 *
 * <p>Main types: {@link io.vipgate.importer.iptables.IptablesImporter}; {@code SaveReader} and {@code ScriptReader} give {@code Commands},
 * which change {@code Tables}, which become a {@link io.vipgate.importer.netfilter.Program}. May depend on
 * {@code io.vipgate.importer.common}, {@code io.vipgate.importer.netfilter}, {@code io.vipgate.text} and the JDK alone.
 */
@NullMarked
package io.vipgate.importer.iptables;

import org.jspecify.annotations.NullMarked;
