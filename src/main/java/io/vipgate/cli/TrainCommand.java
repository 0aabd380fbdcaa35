package io.vipgate.cli;

import io.vipgate.demo.Training;
import io.vipgate.process.GatewayProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code vipgate train}: {@code run} under load, for the launcher, whose JVM records it.
 *
 * <p>Confined to the main thread.
 */
@Command(name = "train", description = "Makes later starts faster: runs a gateway under load on loopback for some seconds and keeps what the JVM has learned beside the jar.", mixinStandardHelpOptions = true, versionProvider = VipgateCommand.Version.class)
final class TrainCommand implements Callable<Integer> {
    private static final int MAX_SECONDS = 600;

    @Option(names = "--seconds", defaultValue = "5", paramLabel = "N", description = "How long (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (seconds < 1 || seconds > MAX_SECONDS) {
            throw new ParameterException(spec.commandLine(),
                    "--seconds: " + seconds + " (expected: 1 to " + MAX_SECONDS + ")");
        }
        try (Training training = new Training()) {
            training.begin(Duration.ofSeconds(seconds), () -> GatewayProcess.signal("HUP"),
                    () -> GatewayProcess.signal("TERM"));
            int status = VipgateCommand.execute("run", "--config", training.configuration().toString());
            spec.commandLine().getOut()
                    .println("trained by " + training.done() + " connections; " + training.failed() + " failed");
            spec.commandLine().getOut().flush();
            return status == ExitStatus.OK && training.done() == 0 ? ExitStatus.FAILED : status;
        } catch (IOException e) {
            spec.commandLine().getErr().println("vipgate train: " + e.getMessage());
            return ExitStatus.FAILED;
        }
    }
}
