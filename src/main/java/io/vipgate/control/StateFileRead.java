package io.vipgate.control;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A state file that was looked at.
 *
 * <p>Immutable.
 *
 * @param file where it is; empty when none is configured
 * @param states what it said; empty when it is not there, or can't be read
 * @param unreadable why it can't be read
 */
public record StateFileRead(Optional<Path> file, Optional<KeptStates> states, Optional<String> unreadable) {
    /** None is configured. */
    static final StateFileRead NONE = new StateFileRead(Optional.empty(), Optional.empty(), Optional.empty());

    /** The same but for the blocks, which are kept where they are in force. */
    StateFileRead withoutBlocks() {
        return new StateFileRead(file, states.map(KeptStates::withoutBlocks), unreadable);
    }
}
