package io.vipgate.accesslog;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What is logged, how, and where.
 *
 * <p>Immutable.
 *
 * @param form of a line
 * @param file appended to, made if missing; null for standard output
 * @param sample share of the ordinary relays that are logged, above 0 and at most 1; what is not ordinary always is
 */
public record AccessLogPlan(Form form, @Nullable Path file, double sample) {
    /** The form of a line. */
    public enum Form {
        /** For people. */
        TEXT,
        /** One object per line. */
        JSON
    }
}
