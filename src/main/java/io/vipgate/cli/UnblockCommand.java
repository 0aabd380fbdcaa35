package io.vipgate.cli;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code vipgate unblock}: lifts a block.
 *
 * <p>Confined to the main thread.
 */
@Command(name = "unblock", description = "Lifts the block of exactly this network.", mixinStandardHelpOptions = true, versionProvider = VipgateCommand.Version.class)
final class UnblockCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AdminOptions admin;

    @Parameters(index = "0", paramLabel = "IP|CIDR", description = "As `vipgate blocks` names it.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String network;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        var _ = admin.client().delete(BlockCommand.path(network), Map.of());
        PrintWriter out = spec.commandLine().getOut();
        out.println(Format.clean(network) + " unblocked");
        out.flush();
        return ExitStatus.OK;
    }
}
