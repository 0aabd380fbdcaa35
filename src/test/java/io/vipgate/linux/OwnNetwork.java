package io.vipgate.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * A network namespace that one thread has for itself, and what it starts. The kernel removes it, with all that was made in
 * it, when the thread has ended.
 *
 * <p>Stateless.
 */
public final class OwnNetwork {
    private static final int CLONE_NEWNET = 0x4000_0000;
    private static final long BOUND_SECONDS = 30;

    private OwnNetwork() {}

    /** Whether this process may make one. */
    public static boolean isAllowed() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    /** Runs something in a new namespace, whose loopback interface is up. */
    public static <T> T call(Callable<T> task) throws Exception {
        FutureTask<T> inside = new FutureTask<>(() -> {
            leaveTheOthers();
            ip("link set lo up");
            return task.call();
        });
        Thread thread = Thread.ofPlatform().daemon().start(inside);
        try {
            return inside.get(BOUND_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } finally {
            thread.interrupt();
        }
    }

    private static void leaveTheOthers() {
        Linker linker = Linker.nativeLinker();
        MethodHandle unshare = linker.downcallHandle(linker.defaultLookup().find("unshare").orElseThrow(),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT));
        try {
            int called = (int) unshare.invokeExact(CLONE_NEWNET);
            assertThat(called).as("unshare(CLONE_NEWNET)").isZero();
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Runs ip(8) in the namespace of the calling thread, and waits until it prints something like this. */
    public static void awaitIp(String arguments, String printed) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_SECONDS / 2);
        while (!ask(arguments).contains(printed)) {
            assertThat(end - System.nanoTime()).as("ip %s never prints %s", arguments, printed).isPositive();
            Thread.sleep(5);
        }
    }

    /** Runs ip(8) in the namespace of the calling thread. */
    public static void ip(String arguments) throws IOException, InterruptedException {
        String _ = ask(arguments);
    }

    private static String ask(String arguments) throws IOException, InterruptedException {
        Process ip = new ProcessBuilder(("ip " + arguments).split(" ", -1)).redirectErrorStream(true).start();
        String said = new String(ip.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(ip.waitFor()).as("ip %s: %s", arguments, said).isZero();
        return said;
    }
}
