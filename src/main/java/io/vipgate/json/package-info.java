/**
 * JSON (RFC 8259) as the admin server and the commands speak it: values, a strict, bounded parser, and a
 * writer of records.
 *
 * <p>Main types: {@link io.vipgate.json.Json} (a value), {@link io.vipgate.json.JsonParser},
 * {@link io.vipgate.json.RecordWriter}. Depends on the JDK alone.
 */
@NullMarked
package io.vipgate.json;

import org.jspecify.annotations.NullMarked;
