/** Import: nginx. Depends on the JDK and on {@code common} alone. */
@NullMarked
package io.vipgate.importer.nginx;

import org.jspecify.annotations.NullMarked;
