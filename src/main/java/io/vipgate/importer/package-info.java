/**
 * {@code vipgate import}: turns the configuration of another program into one for vipgate.
 *
 * <p>Main types: {@link io.vipgate.importer.ImportFormat}, which picks the importer. There is one package for each program, over
 * {@code io.vipgate.importer.common}. May depend on these packages and on the JDK alone.
 */
@NullMarked
package io.vipgate.importer;

import org.jspecify.annotations.NullMarked;
