package io.vipgate.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code vipgate confirm}: the configuration that {@code vipgate reload --confirm} has loaded stays.
 *
 * <p>Confined to the main thread.
 */
@Command(name = "confirm", description = "Lets the configuration stay that reload --confirm has loaded.", mixinStandardHelpOptions = true, versionProvider = VipgateCommand.Version.class)
final class ConfirmCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AdminOptions admin;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        admin.client().post("/api/v1/reload/confirm");
        PrintWriter out = spec.commandLine().getOut();
        out.println("confirmed");
        out.flush();
        return ExitStatus.OK;
    }
}
