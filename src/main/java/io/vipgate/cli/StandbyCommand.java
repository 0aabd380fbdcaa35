package io.vipgate.cli;

import io.vipgate.json.Json;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code vipgate standby} and {@code vipgate active}.
 *
 * <p>Confined to the main thread.
 */
@Command(mixinStandardHelpOptions = true, versionProvider = VipgateCommand.Version.class)
abstract sealed class StandbyCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AdminOptions admin;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    private final boolean isStandby;

    private StandbyCommand(boolean isStandby) {
        this.isStandby = isStandby;
    }

    @Override
    public Integer call() {
        Json done = admin.client().put("/api/v1/standby", Json.object().with("standby", Json.of(isStandby)).build());
        PrintWriter out = spec.commandLine().getOut();
        out.println(done.get("standby").isTrue() ? "standby since " + done.get("since").text() : "active");
        out.flush();
        return ExitStatus.OK;
    }

    /** {@code vipgate standby}. */
    @Command(name = "standby", description = "Has the gateway tell that no new clients should be sent to it; it serves all the same.")
    static final class Enter extends StandbyCommand {
        Enter() {
            super(true);
        }
    }

    /** {@code vipgate active}. */
    @Command(name = "active", description = "Ends standby.")
    static final class Leave extends StandbyCommand {
        Leave() {
            super(false);
        }
    }
}
