/**
 * The way over from what did the job before: reads the rules of other programs and writes a configuration.
 *
 * <p>A package for each program reads its text, {@code common} writes. Depends on the JDK alone.
 */
@NullMarked
package io.vipgate.importer;

import org.jspecify.annotations.NullMarked;
