package io.vipgate.process;

import java.time.Instant;

/**
 * A configuration that has held.
 *
 * <p>Immutable.
 *
 * @param since when it began to, in whole milliseconds
 * @param text what its file said
 */
record HeldConfig(Instant since, String text) {}
