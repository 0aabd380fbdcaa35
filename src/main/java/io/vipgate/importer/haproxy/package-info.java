/**
 * Imports the frontends, backends and listen sections of a haproxy.cfg that are in mode tcp.
 *
 * <p>Main types: {@link io.vipgate.importer.haproxy.HaproxyImporter}; {@code HaproxyParser} reads sections, {@code HaproxyPool}
 * converts a backend. May depend on {@code io.vipgate.importer.common} and the JDK alone.
 */
@NullMarked
package io.vipgate.importer.haproxy;

import org.jspecify.annotations.NullMarked;
