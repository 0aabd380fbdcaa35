/**
 * Imports the stream section of an nginx.conf.
 *
 * <p>Main types: {@link io.vipgate.importer.nginx.NginxImporter}; {@code NginxParser} reads directives, {@code NginxServer} and
 * {@code NginxUpstream} convert one block each. May depend on {@code io.vipgate.importer.common} and the JDK alone.
 */
@NullMarked
package io.vipgate.importer.nginx;

import org.jspecify.annotations.NullMarked;
