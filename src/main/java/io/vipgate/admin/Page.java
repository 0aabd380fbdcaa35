package io.vipgate.admin;

/** Answers one kind of calls, on a virtual thread, several at the same time. Thread-safe. */
@FunctionalInterface
public interface Page {
    /**
     * Answers.
     *
     * @throws CallException if it can't be answered as asked
     */
    Answer answer(Call call) throws CallException;
}
