package io.vipgate.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * This process's standard output, which the JVM writes its threads' stacks to (SIGQUIT) while everything else stands still.
 *
 * <p>Stateless.
 */
public final class StandardOutput {
    private static final int FD = 1;
    private static final Path LINK = Path.of("/proc/self/fd/" + FD);
    private static final int O_WRONLY_NONBLOCK_CLOEXEC = 1 | 0x800 | 0x80000;
    private static final int F_SETPIPE_SZ = 1031;
    private static final int SIZE = 1 << 20;
    private static final int S_IFMT = 0xf000;
    private static final int S_IFIFO = 0x1000;

    private static final MemorySegment OPEN = CLibrary.function("open");
    private static final MemorySegment DUP2 = CLibrary.function("dup2");
    private static final MemorySegment CLOSE = CLibrary.function("close");
    private static final MemorySegment FCNTL = CLibrary.function("fcntl");

    private StandardOutput() {}

    /**
     * Has nobody wait for a pipe that nobody reads: what does not fit is lost. By opening it anew, as the flag would hold for
     * every process that has it otherwise. The pipe is widened to 1 MiB where that is allowed, so that the stacks of a few
     * hundred threads fit.
     *
     * @return whether standard output is a pipe, and set so
     */
    public static boolean neverBlockOnPipe() {
        if (!isPipe()) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            CLibrary library = new CLibrary();
            int opened = library.call(OPEN, arena.allocateFrom(LINK.toString()).address(), O_WRONLY_NONBLOCK_CLOEXEC,
                    0);
            if (opened < 0) {
                return false;
            }
            int _ = library.call(FCNTL, opened, F_SETPIPE_SZ, SIZE);
            int replaced = library.call(DUP2, opened, FD);
            library.call(CLOSE, opened);
            return replaced == FD;
        }
    }

    private static boolean isPipe() {
        try {
            return Files.getAttribute(LINK, "unix:mode") instanceof Integer mode && (mode & S_IFMT) == S_IFIFO;
        } catch (IOException | UnsupportedOperationException _) {
            return false;
        }
    }
}
