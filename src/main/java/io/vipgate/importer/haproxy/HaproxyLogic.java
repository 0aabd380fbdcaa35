package io.vipgate.importer.haproxy;

import java.util.List;

/**
 * What conditions come to: a criterion by itself, and criteria put together.
 *
 * @param <T> what a condition comes to
 */
interface HaproxyLogic<T> {
    T always(boolean holds);

    /** Of a condition that is not understood, or that more than is known here decides. */
    T unknown();

    T not(T condition);

    T and(T one, T other);

    T or(T one, T other);

    /** What one criterion says, with its flags and values. */
    T criterion(List<String> words);
}
