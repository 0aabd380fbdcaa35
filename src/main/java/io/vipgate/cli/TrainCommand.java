package io.vipgate.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code vipgate train}: {@link TrainingRun}, for so long as is asked for.
 *
 * <p>Confined to the main thread.
 */
@Command(name = "train", description = "Makes later starts faster: runs a gateway under load on loopback for some seconds and keeps what the JVM has learned beside the jar.", mixinStandardHelpOptions = true, versionProvider = VipgateCommand.Version.class)
final class TrainCommand implements Callable<Integer> {
    private static final int MAX_SECONDS = 600;

    @Option(names = "--seconds", defaultValue = ""
            + TrainingRun.DEFAULT_SECONDS, paramLabel = "N", description = "How long (default: ${DEFAULT-VALUE}).")
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
        return TrainingRun.run(seconds, spec.commandLine().getOut(), spec.commandLine().getErr());
    }
}
