/**
 * The way over from what did the job before: reads the rules of other programs and writes a configuration.
 *
 * <p>Main types: {@link io.vipgate.migrate.IptablesImport}, {@link io.vipgate.migrate.KeepalivedImport},
 * {@link io.vipgate.migrate.HaproxyImport} and {@link io.vipgate.migrate.NginxImport} read one program's text each,
 * {@link io.vipgate.migrate.Migrated} is what became of it. The way of a file: {@code ...Text} (text to statements) → {@code
 * ...Import} (statements to a draft) → {@code Draft} (what vipgate would refuse is put right or left out) → {@code YamlText}.
 * Depends on the JDK alone.
 */
@NullMarked
package io.vipgate.migrate;

import org.jspecify.annotations.NullMarked;
