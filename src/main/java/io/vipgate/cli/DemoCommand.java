package io.vipgate.cli;

import io.vipgate.control.StartException;
import io.vipgate.demo.Demo;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code vipgate demo}: the main job on this machine alone.
 *
 * <p>Confined to the main thread.
 */
@Command(name = "demo", description = "Two small HTTP backends on loopback, and the gateway in front of them.", mixinStandardHelpOptions = true, versionProvider = VipgateCommand.Version.class)
final class DemoCommand implements Callable<Integer> {
    @Option(names = "--port", defaultValue = "8080", paramLabel = "PORT", description = "Where the gateway listens on 127.0.0.1 (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--admin-port", defaultValue = "9180", paramLabel = "PORT", description = "Where the demo is steered on 127.0.0.1 (default: ${DEFAULT-VALUE}).")
    private int adminPort;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        check("--port", port);
        check("--admin-port", adminPort);
        try {
            Demo.run(port, adminPort, spec.commandLine().getOut());
            return ExitStatus.OK;
        } catch (StartException | IOException e) {
            spec.commandLine().getErr().println("vipgate demo: " + e.getMessage());
            return ExitStatus.FAILED;
        }
    }

    private void check(String option, int value) {
        if (value < 0 || value > 65_535) {
            throw new ParameterException(spec.commandLine(), option + ": " + value + " (expected: 0 to 65535)");
        }
    }
}
