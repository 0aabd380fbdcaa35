/**
 * Text from outside, made safe to show in a log, in a message or on a terminal.
 *
 * <p>Main type: {@link io.vipgate.text.Sanitizer}. Depends on the JDK alone, so that every package may use it.
 */
@NullMarked
package io.vipgate.text;

import org.jspecify.annotations.NullMarked;
