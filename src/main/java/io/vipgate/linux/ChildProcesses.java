package io.vipgate.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * What the kernel offers to keep hold of the processes that this one has started, beyond what the JDK does: orphans that
 * come back to it, and a mark that a process can't wipe off as it can its environment.
 *
 * <p>The mark is the soft limit on file locks, RLIMIT_LOCKS: the kernel has not looked at it since Linux 2.4.25, every
 * process inherits it, {@code execve} keeps it, and everybody may read it.
 *
 * <p>Thread-safe.
 */
public final class ChildProcesses {
    private static final int RLIMIT_LOCKS = 10;
    private static final int PR_SET_CHILD_SUBREAPER = 36;
    private static final int WNOHANG = 1;
    private static final String MARK_LINE = "Max file locks";

    private static final MemorySegment GETRLIMIT = CLibrary.function("getrlimit");
    private static final MemorySegment SETRLIMIT = CLibrary.function("setrlimit");
    private static final MemorySegment PRCTL = CLibrary.function("prctl");
    private static final MemorySegment WAITPID = CLibrary.function("waitpid");

    /** Orphans come to the first thread, which lives as long as the JVM. */
    private static final Path ADOPTED = Path.of("/proc/self/task", Long.toString(ProcessHandle.current().pid()),
            "children");

    private final CLibrary library = new CLibrary();
    private final MemorySegment limit = Arena.ofAuto().allocate(2L * Long.BYTES, Long.BYTES);

    /** Makes it; nothing changes yet. */
    public ChildProcesses() {}

    /**
     * From now on a descendant that loses its parent becomes a child of this process, which must {@link #reap} it.
     *
     * @return whether it will, and {@link #adopted} knows them; else orphans go to init as ever
     */
    public synchronized boolean adoptOrphans() {
        return Files.isReadable(ADOPTED) && library.call(PRCTL, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0;
    }

    /** The orphans that have become children of this process, and are neither reaped nor anybody else's. */
    public List<Long> adopted() {
        List<Long> children = new ArrayList<>();
        for (String pid : read(ADOPTED).split(" ", -1)) {
            if (!pid.isBlank()) {
                children.add(Long.valueOf(pid));
            }
        }
        return children;
    }

    /** Takes the exit status of a child, unless it is still alive. Not for a child that the JDK has started. */
    public synchronized boolean reap(long pid) {
        return library.call(WAITPID, pid, 0, WNOHANG) > 0;
    }

    /** This process's own mark, which what it starts inherits. */
    public synchronized long mark() {
        return library.call(GETRLIMIT, RLIMIT_LOCKS, limit.address()) == 0 ? limit.get(JAVA_LONG, 0) : -1;
    }

    /**
     * Marks this process, and so what it starts from now on.
     *
     * @return false if its hard limit on file locks is lower, or a filter of system calls forbids it
     */
    public synchronized boolean mark(long mark) {
        if (library.call(GETRLIMIT, RLIMIT_LOCKS, limit.address()) != 0) {
            return false;
        }
        limit.set(JAVA_LONG, 0, mark);
        return library.call(SETRLIMIT, RLIMIT_LOCKS, limit.address()) == 0;
    }

    /** A process's mark, a zombie's too; empty if it is gone, or its limit is none. */
    public static OptionalLong markOf(long pid) {
        String limits = read(Path.of("/proc", Long.toString(pid), "limits"));
        int line = limits.indexOf(MARK_LINE);
        if (line < 0) {
            return OptionalLong.empty();
        }
        String soft = limits.substring(line + MARK_LINE.length()).stripLeading();
        String number = soft.substring(0, Math.max(0, soft.indexOf(' ')));
        // No more than 18 digits, so that it is a long: other marks are not ours.
        return number.matches("[0-9]{1,18}") ? OptionalLong.of(Long.parseLong(number)) : OptionalLong.empty();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException _) {
            return "";
        }
    }
}
