package io.vipgate.cli;

import io.vipgate.config.EffectiveConfig;
import io.vipgate.config.Loaded;
import io.vipgate.config.Problem;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code vipgate check}: every problem of a configuration, or that there is none.
 *
 * <p>Confined to the main thread.
 */
@Command(name = "check", description = "Checks a configuration and prints every problem with line and path.", mixinStandardHelpOptions = true, versionProvider = VipgateCommand.Version.class)
final class CheckCommand implements Callable<Integer> {
    @Option(names = {"-c", "--config"}, paramLabel = "FILE", description = "The file; the same as the argument.")
    private @Nullable Path option;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "The file (default: config/gateway.yaml).")
    private @Nullable Path argument;

    @Option(names = "--effective", description = "Prints the configuration with all defaults.")
    private boolean isEffective;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (option != null && argument != null) {
            throw new ParameterException(spec.commandLine(), "the file is named twice");
        }
        Path file = ConfigFile.locate(argument == null ? option : argument);
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Optional<Loaded> loaded = ConfigFile.load(file, err);
        if (loaded.isEmpty()) {
            return ExitStatus.USAGE;
        }
        for (Problem warning : loaded.get().warnings()) {
            err.println("warning: " + warning);
        }
        err.flush();
        if (isEffective) {
            out.print(EffectiveConfig.print(loaded.get().config()));
        } else {
            out.println(file + " is valid");
        }
        out.flush();
        return ExitStatus.OK;
    }
}
