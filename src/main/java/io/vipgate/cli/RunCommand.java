package io.vipgate.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code vipgate run}: the gateway in the foreground. {@link GatewayRun#plain} takes most of its command lines past this.
 *
 * <p>Confined to the main thread.
 */
@Command(name = "run", description = "Runs the gateway in the foreground. SIGHUP reads the file again, SIGTERM drains and stops.", mixinStandardHelpOptions = true, versionProvider = VipgateCommand.Version.class)
final class RunCommand implements Callable<Integer> {
    @Option(names = {"-c",
        "--config"}, paramLabel = "FILE", description = "The configuration (default: config/gateway.yaml).")
    private @Nullable Path named;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        return GatewayRun.run(ConfigFile.locate(named), spec.commandLine().getErr());
    }
}
