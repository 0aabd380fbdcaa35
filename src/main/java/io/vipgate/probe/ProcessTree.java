package io.vipgate.probe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A command and everything that it has started, to be killed together.
 *
 * <p>Who has lost its parent is nobody's descendant any more: its own parent may have ended long ago, or have been
 * killed a moment before. What it keeps is its environment, so that holds a mark that no other process has. A process
 * that has wiped its environment too is found only as long as its ancestors live.
 *
 * <p>Immutable.
 */
final class ProcessTree {
    /** The variable that holds the mark. */
    static final String MARK = "VIPGATE_PROBE";

    /** Who starts processes faster than they are killed in so many rounds is not outrun by more of them. */
    private static final int MAX_ROUNDS = 100;

    private final ProcessHandle root;
    private final boolean isRootPart;
    private final String marked;

    private ProcessTree(ProcessHandle root, boolean isRootPart, String marked) {
        this.root = root;
        this.isRootPart = isRootPart;
        this.marked = "\0" + MARK + "=" + marked;
    }

    /**
     * The tree of one command.
     *
     * @param mark the value of {@link #MARK} in its environment
     */
    static ProcessTree of(ProcessHandle root, String mark) {
        return new ProcessTree(root, true, mark + "\0");
    }

    /**
     * The trees of all commands of this process together.
     *
     * @param mark what their marks begin with
     */
    static ProcessTree ofAll(String mark) {
        return new ProcessTree(ProcessHandle.current(), false, mark);
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
        try (Stream<ProcessHandle> descendants = root.descendants();
                Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            Set<ProcessHandle> members = Stream.concat(descendants, all.filter(this::isMarked))
                    .collect(Collectors.toCollection(HashSet::new));
            if (isRootPart && root.isAlive()) {
                members.add(root);
            }
            return members;
        }
    }

    private boolean isMarked(ProcessHandle process) {
        try {
            String environment = Files.readString(Path.of("/proc", Long.toString(process.pid()), "environ"),
                    StandardCharsets.ISO_8859_1);
            return ("\0" + environment).contains(marked);
        } catch (IOException _) {
            return false;
        }
    }
}
