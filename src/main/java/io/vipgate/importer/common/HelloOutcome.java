package io.vipgate.importer.common;

import java.util.Optional;

/**
 * What a file does with a client that begins in some way.
 *
 * <p>Immutable.
 *
 * @param target where it is led; empty: nowhere
 * @param isTold false where more than what it begins with decides
 * @param <T> where clients can be led
 */
public record HelloOutcome<T>(Optional<T> target, boolean isTold) {
    public static <T> HelloOutcome<T> to(T target) {
        return new HelloOutcome<>(Optional.of(target), true);
    }

    public static <T> HelloOutcome<T> refused() {
        return new HelloOutcome<>(Optional.empty(), true);
    }

    public static <T> HelloOutcome<T> untold() {
        return new HelloOutcome<>(Optional.empty(), false);
    }

    boolean isRefused() {
        return isTold && target.isEmpty();
    }
}
