package io.vipgate.relay;

/** What a pump came to. Immutable. */
enum Progress {
    /** The source has nothing to read now. */
    DRAINED,
    /** The target takes nothing now. */
    BLOCKED,
    /** The share of this turn is used up. */
    YIELD,
    /** The other pump is the better one from here on. */
    CHANGE_PUMP,
    /** The source's stream is at its end and everything is delivered. */
    ENDED,
    /** The source is reset and everything it sent is delivered. */
    SOURCE_RESET,
    /** The target is reset. */
    TARGET_RESET
}
