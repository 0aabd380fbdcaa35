/**
 * JSON (RFC 8259) as the admin server and the commands speak it: values, a writer, and a strict, bounded parser.
 *
 * <p>Main types: {@link io.vipgate.json.Json} (a value), {@link io.vipgate.json.JsonParser}. Depends on the JDK alone.
 */
@NullMarked
package io.vipgate.json;

import org.jspecify.annotations.NullMarked;
