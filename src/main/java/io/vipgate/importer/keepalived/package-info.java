/** Import: keepalived. Depends on the JDK and on {@code common} alone. */
@NullMarked
package io.vipgate.importer.keepalived;

import org.jspecify.annotations.NullMarked;
