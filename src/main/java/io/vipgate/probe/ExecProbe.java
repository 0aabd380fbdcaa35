package io.vipgate.probe;

import io.vipgate.text.IpText;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Runs a command, without a shell; exit status 0 passes. At the deadline it is killed with everything it has started.
 * What a command leaves behind that ends in time is the command's own affair, until the gateway itself ends.
 *
 * <p>A command that can't even be started says nothing about the endpoint, so it is no failure.
 *
 * <p>Thread-safe.
 */
final class ExecProbe implements Probe {
    /** How often the output is fetched. A read that waits could not be given up while a descendant lives. */
    private static final long FETCH_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    /** How long a killed process may take to go. */
    private static final long KILL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final List<String> command;
    private final Duration timeout;
    private final Set<String> running = ConcurrentHashMap.newKeySet();

    ExecProbe(List<String> command, Duration timeout) {
        this.command = command;
        this.timeout = timeout;
    }

    @Override
    public ProbeResult check(ProbeTarget target, long deadlineNanos) throws InterruptedException {
        if (ProbeCommands.isOver()) {
            return ProbeResult.inconclusive("shutting down");
        }
        if (deadlineNanos - System.nanoTime() <= 0) {
            return ProbeResult.inconclusive("no time left to begin");
        }
        String endpoint = target.pool() + "/" + target.endpoint();
        if (!running.add(endpoint)) {
            return ProbeResult.inconclusive("still running");
        }
        String mark = ProbeCommands.nextMark();
        Process process;
        try {
            process = start(
                    Map.of("VIPGATE_ENDPOINT", endpoint, "VIPGATE_ADDRESS", IpText.of(target.address()),
                            ProcessTree.MARK, mark));
        } catch (IOException e) {
            running.remove(endpoint);
            return ProbeResult.local("this machine: " + ResultText.printable(e.getMessage()));
        }
        OutputHead output = new OutputHead(process.getInputStream());
        try {
            return await(process, output, deadlineNanos);
        } catch (IOException e) {
            return ProbeResult.local("output of the command: " + ResultText.printable(e.getMessage()));
        } finally {
            end(process, mark, endpoint);
        }
    }

    private Process start(Map<String, String> variables) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectInput(new File("/dev/null"));
        builder.environment().putAll(variables);
        return builder.start();
    }

    private ProbeResult await(Process process, OutputHead output, long deadlineNanos)
            throws InterruptedException, IOException {
        boolean ended;
        long left;
        do {
            output.drain();
            left = deadlineNanos - System.nanoTime();
            ended = process.waitFor(Math.min(left, FETCH_NANOS), TimeUnit.NANOSECONDS);
        } while (!ended && left > 0);
        output.drain();
        String lastLine = output.lastLine();
        String said = lastLine.isEmpty() ? "" : ": " + ResultText.printable(lastLine);
        if (!ended) {
            return ProbeResult.timeout("not over in " + ResultText.duration(timeout) + said);
        }
        int status = process.exitValue();
        return status == 0
                ? ProbeResult.pass("exit status 0" + said)
                : ProbeResult.fail("exit status " + status + said);
    }

    /** Leaves nothing of a process that hasn't ended by itself. One that doesn't die at once still counts as running. */
    private void end(Process process, String mark, String endpoint) {
        if (process.isAlive()) {
            ProcessTree.of(process.toHandle(), mark).kill();
            awaitDeath(process);
        }
        try {
            process.getInputStream().close();
        } catch (IOException _) {
            // The descriptor is gone all the same.
        }
        if (process.isAlive()) {
            var _ = process.onExit().thenRun(() -> running.remove(endpoint));
        } else {
            running.remove(endpoint);
        }
    }

    private static void awaitDeath(Process process) {
        try {
            boolean _ = process.waitFor(KILL_NANOS, TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            // A second interrupt: the killing is done, only the waiting is cut short.
            Thread.currentThread().interrupt();
        }
    }
}
