/** Import: iptables. Depends on the JDK and on {@code common} alone. */
@NullMarked
package io.vipgate.importer.iptables;

import org.jspecify.annotations.NullMarked;
