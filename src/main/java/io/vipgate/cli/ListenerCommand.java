package io.vipgate.cli;

import io.vipgate.json.Json;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * What the commands have in common that take a listener out of service.
 *
 * <p>Confined to the main thread.
 */
@Command(mixinStandardHelpOptions = true, versionProvider = VipgateCommand.Version.class)
abstract sealed class ListenerCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AdminOptions admin;

    @Parameters(index = "0", paramLabel = "LISTENER", description = "The listener.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String listener;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    private final String state;

    private ListenerCommand(String state) {
        this.state = state;
    }

    @Override
    public Integer call() {
        return change(admin, listener, state, spec.commandLine().getOut());
    }

    /** Sets a listener's state, and says how it is afterwards. */
    static int change(AdminOptions admin, String listener, String state, PrintWriter out) {
        if (listener.indexOf('/') >= 0) {
            throw new CommandException(ExitStatus.USAGE, listener + " (expected: the name of a listener)");
        }
        Json done = admin.client().put("/api/v1/listeners/" + AdminClient.encode(listener) + "/state",
                Json.object().with("state", state).build());
        boolean isPaused = done.get("state").text().equals("paused");
        out.println(Format.clean(done.get("name").text()) + ": " + done.get("state").text() + ", "
                + done.get("connections").text() + " connections"
                + (isPaused ? ", " + done.get("queued").text() + " clients wait" : ""));
        out.flush();
        return ExitStatus.OK;
    }

    /** {@code vipgate pause}. */
    @Command(name = "pause", description = "Has a listener accept nobody: new clients wait. Open connections go on.")
    static final class Pause extends ListenerCommand {
        Pause() {
            super("paused");
        }
    }

    /** {@code vipgate refuse}. */
    @Command(name = "refuse", description = "Has a listener reset new clients. Open connections go on.")
    static final class Refuse extends ListenerCommand {
        Refuse() {
            super("refusing");
        }
    }
}
