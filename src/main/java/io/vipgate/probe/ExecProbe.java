package io.vipgate.probe;

import io.vipgate.text.IpText;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Runs a command, without a shell; exit status 0 passes. At the deadline it is killed with everything it has started, and
 * so is what it has left behind if it ended in time.
 *
 * <p>A command that can't even be started says nothing about the endpoint, so it is no failure.
 *
 * <p>Thread-safe.
 */
final class ExecProbe implements BlockingProbe {
    /** How often the output is fetched. A read that waits could not be given up while a descendant lives. */
    private static final long FETCH_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

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
        ProbeCommands.Command started = null;
        try {
            started = ProbeCommands.start(process(target, endpoint), deadlineNanos);
        } catch (IOException e) {
            return ProbeResult.local("this machine: " + ResultText.printable(e.getMessage()));
        } finally {
            if (started == null) {
                running.remove(endpoint);
            }
        }
        if (started == null) {
            return ProbeResult.local("this machine: another probe's command can't be started");
        }
        OutputHead output = new OutputHead(started.process().getInputStream());
        try {
            return await(started.process(), output, deadlineNanos);
        } catch (IOException e) {
            return ProbeResult.local("output of the command: " + ResultText.printable(e.getMessage()));
        } finally {
            end(started, endpoint, deadlineNanos);
        }
    }

    private ProcessBuilder process(ProbeTarget target, String endpoint) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectInput(new File("/dev/null"));
        builder.environment().put("VIPGATE_ENDPOINT", endpoint);
        builder.environment().put("VIPGATE_ADDRESS", IpText.of(target.address()));
        return builder;
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
    private void end(ProbeCommands.Command command, String endpoint, long deadlineNanos) {
        Process process = command.process();
        if (process.isAlive()) {
            command.kill();
        } else {
            command.killRestAt(deadlineNanos);
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
}
