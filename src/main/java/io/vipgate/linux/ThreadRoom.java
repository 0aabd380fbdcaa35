package io.vipgate.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/**
 * How many threads this process may still start. The kernel counts them against RLIMIT_NPROC of the user and against
 * {@code pids.max} of the cgroup, and says only which call failed.
 *
 * <p>Stateless.
 */
public final class ThreadRoom {
    private static final String USER_LIMIT = "Max processes";

    private ThreadRoom() {}

    /**
     * Starts so many threads at once and ends them again.
     *
     * @return how many could be started
     * @throws InterruptedException if the thread is interrupted
     */
    public static int tryStart(int wanted) throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        List<Thread> started = new ArrayList<>();
        try {
            for (int i = 0; i < wanted; i++) {
                started.add(Thread.ofPlatform().name("vipgate-try").daemon().start(() -> awaitQuietly(end)));
            }
        } catch (OutOfMemoryError e) {
            // Unable to create native thread: what was to be found out.
            return started.size();
        } finally {
            end.countDown();
            for (Thread thread : started) {
                thread.join();
            }
        }
        return started.size();
    }

    private static void awaitQuietly(CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The limits that count, in one line, as far as {@code /proc} and the cgroup tell. */
    public static String limits() {
        String user = "ulimit -u" + userLimit().map(limit -> " is " + limit).orElse("");
        String cgroup = "pids.max of the cgroup" + cgroupLimit().map(limit -> " is " + limit).orElse("");
        return user + ", " + cgroup + " (TasksMax= in the systemd unit)";
    }

    private static Optional<String> userLimit() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/limits"))) {
            return lines.filter(line -> line.startsWith(USER_LIMIT))
                    .map(line -> line.substring(USER_LIMIT.length()).trim().split("\\s+", -1)[0]).findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Of cgroup v2, or of the pids controller of v1; see cgroups(7). */
    private static Optional<String> cgroupLimit() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/cgroup"))) {
            return lines.map(line -> line.split(":", 3))
                    .filter(fields -> fields.length == 3 && (fields[1].isEmpty() || fields[1].equals("pids")))
                    .map(fields -> Path.of("/sys/fs/cgroup", fields[1], fields[2], "pids.max"))
                    .filter(Files::isReadable).findFirst().flatMap(ThreadRoom::firstLine);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> firstLine(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
