package io.vipgate.cli;

import io.vipgate.gateway.BuildInfo;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine;

/**
 * The program itself, without a command.
 *
 * <p>Confined to the main thread.
 */
@Command(name = "vipgate", description = "Layer-4 load-balancing gateway in front of virtual IPs.", mixinStandardHelpOptions = true, versionProvider = VipgateCommand.Version.class, synopsisSubcommandLabel = "COMMAND", subcommands = {
    RunCommand.class, CheckCommand.class, DemoCommand.class, ImportCommand.class, StatusCommand.class,
    EndpointCommand.Drain.class, ReadyCommand.class, EndpointCommand.Maint.class,
    EndpointCommand.Weight.class, RelaysCommand.class, CloseCommand.class, BlockCommand.class, UnblockCommand.class,
    BlocksCommand.class, SourcesCommand.class, ReloadCommand.class, ConfirmCommand.class, RollbackCommand.class,
    ListenerCommand.Pause.class, ListenerCommand.Refuse.class, StandbyCommand.Enter.class, StandbyCommand.Leave.class,
    RebalanceCommand.class,
    ExplainCommand.class, TopCommand.class, TrainCommand.class})
final class VipgateCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /** Made by picocli too. */
    VipgateCommand() {}

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new VipgateCommand());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((exception, command, _) -> {
            PrintWriter err = command.getErr();
            if (exception instanceof CommandException failure) {
                err.println("vipgate " + command.getCommandName() + ": " + failure.getMessage());
                failure.details().forEach(detail -> err.println("  " + detail));
                err.flush();
                return failure.exitStatus();
            }
            err.println("vipgate: " + exception);
            exception.printStackTrace(err);
            return ExitStatus.FAILED;
        });
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    /** Prints the version of vipgate and of what it runs on. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            BuildInfo build = BuildInfo.read();
            return new String[]{"vipgate " + build.version() + " (Netty " + build.netty() + ", JDK "
                    + Runtime.version() + ")"};
        }
    }
}
