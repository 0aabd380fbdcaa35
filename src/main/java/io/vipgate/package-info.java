/**
 * The entry: {@link io.vipgate.Main} hands the command line to {@code cli}, and depends on nothing else.
 */
@NullMarked
package io.vipgate;

import org.jspecify.annotations.NullMarked;
