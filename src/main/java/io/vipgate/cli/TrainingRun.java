package io.vipgate.cli;

import io.vipgate.demo.Training;
import io.vipgate.process.GatewayProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;

/**
 * What {@code vipgate train} does: {@code run} under load, for the launcher, whose JVM records it.
 *
 * <p>Confined to the main thread.
 */
final class TrainingRun {
    /** How long a training takes unless the command line says otherwise, in seconds. */
    static final int DEFAULT_SECONDS = 5;

    private TrainingRun() {}

    /**
     * Trains.
     *
     * @param seconds 1 or more
     * @return the exit status
     */
    static int run(int seconds, PrintWriter out, PrintWriter err) {
        try (Training training = new Training()) {
            training.begin(Duration.ofSeconds(seconds), () -> GatewayProcess.signal("HUP"),
                    () -> GatewayProcess.signal("TERM"));
            int status = GatewayRun.run(training.configuration(), err);
            out.println("trained by " + training.done() + " connections; " + training.failed() + " failed");
            out.flush();
            return status == ExitStatus.OK && training.done() == 0 ? ExitStatus.FAILED : status;
        } catch (IOException e) {
            err.println("vipgate train: " + e.getMessage());
            return ExitStatus.FAILED;
        }
    }
}
