/**
 * The way over from what did the job before: reads the rules of other programs and writes a configuration.
 *
 * <p>Main types: {@link io.vipgate.migrate.IptablesImport} reads what {@code iptables-save} prints,
 * {@link io.vipgate.migrate.Migrated} is what became of it. Depends on the JDK alone.
 */
@NullMarked
package io.vipgate.migrate;

import org.jspecify.annotations.NullMarked;
