/** Import: haproxy. Depends on the JDK and on {@code common} alone. */
@NullMarked
package io.vipgate.importer.haproxy;

import org.jspecify.annotations.NullMarked;
