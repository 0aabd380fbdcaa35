/** Import: common. Depends on the JDK and on {@code common} alone. */
@NullMarked
package io.vipgate.importer.common;

import org.jspecify.annotations.NullMarked;
