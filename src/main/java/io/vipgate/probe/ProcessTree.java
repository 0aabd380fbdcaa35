package io.vipgate.probe;

import io.vipgate.linux.ChildProcesses;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Commands and everything that they have started, to be killed together.
 *
 * <p>Who has lost its parent is nobody's descendant any more: its own parent may have ended long ago, or have been killed a
 * moment before. A session of its own and an empty environment hide it as well. What it keeps is its mark (see
 * {@link ChildProcesses}). Where commands can't be marked, descendants are all that is known.
 *
 * <p>Immutable.
 */
final class ProcessTree {
    /** Who starts processes faster than they are killed in so many rounds is not outrun by more of them. */
    private static final int MAX_ROUNDS = 100;

    private static final long SELF = ProcessHandle.current().pid();

    private final List<ProcessHandle> roots;
    private final LongPredicate isOurs;

    /**
     * Makes it.
     *
     * @param roots  the commands that are known to be running
     * @param isOurs whether a mark is that of a command
     */
    ProcessTree(Collection<ProcessHandle> roots, LongPredicate isOurs) {
        this.roots = List.copyOf(roots);
        this.isOurs = isOurs;
    }

    /**
     * Kills all of it. A killed process forks no more, so once a round finds nobody new there is nobody left, except
     * such as have changed their user and are not ours to kill.
     */
    void kill() {
        Set<ProcessHandle> killed = new HashSet<>();
        for (int rounds = 0; rounds < MAX_ROUNDS; rounds++) {
            Set<ProcessHandle> found = members();
            found.removeAll(killed);
            if (found.isEmpty()) {
                return;
            }
            found.forEach(ProcessHandle::destroyForcibly);
            killed.addAll(found);
        }
    }

    private Set<ProcessHandle> members() {
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            Stream<ProcessHandle> known = roots.stream().filter(ProcessHandle::isAlive)
                    .flatMap(root -> Stream.concat(Stream.of(root), root.descendants()));
            return Stream.concat(known, all.filter(process -> isMarked(process.pid())))
                    .collect(Collectors.toCollection(HashSet::new));
        }
    }

    /** This process has the mark itself while it starts a command. */
    private boolean isMarked(long pid) {
        OptionalLong mark = pid == SELF ? OptionalLong.empty() : ChildProcesses.markOf(pid);
        return mark.isPresent() && isOurs.test(mark.getAsLong());
    }
}
