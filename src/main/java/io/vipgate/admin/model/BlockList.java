package io.vipgate.admin.model;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of the blocks.
 *
 * <p>Immutable.
 *
 * @param count how many there are on all pages
 * @param next what the next page comes after; null on the last one
 */
public record BlockList(List<Entry> blocks, long count, @Nullable String next) {
    /**
     * A block.
     *
     * @param until when it ends; null when nothing but an operator ends it
     * @param why the reason that was given; may be empty
     */
    public record Entry(String network, Instant since, @Nullable Instant until, String why) {}
}
