package io.vipgate.cli;

import io.vipgate.FileState;
import io.vipgate.Gateway;
import io.vipgate.GatewayProcess;
import io.vipgate.Logging;
import io.vipgate.Reloader;
import io.vipgate.StartException;
import io.vipgate.config.Loaded;
import io.vipgate.config.Problem;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code vipgate run}: the gateway in the foreground.
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
    public Integer call() throws InterruptedException {
        Path file = ConfigFile.locate(named);
        FileState read = FileState.of(file);
        Optional<Loaded> loaded = ConfigFile.load(file, spec.commandLine().getErr());
        if (loaded.isEmpty()) {
            return ExitStatus.USAGE;
        }
        Logging.apply(loaded.get().config().log());
        Logger log = LoggerFactory.getLogger(RunCommand.class);
        for (Problem warning : loaded.get().warnings()) {
            log.warn("{}", warning);
        }
        if (!loaded.get().pendingKeys().isEmpty()) {
            log.warn("no effect yet in this version: {}", String.join(", ", loaded.get().pendingKeys()));
        }
        GatewayProcess.takeName();
        try (GatewayProcess process = new GatewayProcess();
                Gateway gateway = Gateway.start(loaded.get().config())) {
            log.info("{}", gateway.describe());
            process.serve(gateway, new Reloader(gateway, file, read, System.getenv()));
            return ExitStatus.OK;
        } catch (StartException e) {
            log.error("{}", e.getMessage());
            return ExitStatus.FAILED;
        }
    }
}
