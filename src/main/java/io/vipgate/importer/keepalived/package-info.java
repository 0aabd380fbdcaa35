/**
 * Imports the virtual servers (LVS) of a keepalived.conf, and reviews its VRRP sections, which stay with keepalived.
 *
 * <p>Main types: {@link io.vipgate.importer.keepalived.KeepalivedImporter}; {@code KeepalivedParser} reads statements,
 * {@code KeepalivedVirtualServer} converts one virtual server, {@code VrrpReview} looks for known mistakes. May depend on
 * {@code io.vipgate.importer.common} and the JDK alone.
 */
@NullMarked
package io.vipgate.importer.keepalived;

import org.jspecify.annotations.NullMarked;
