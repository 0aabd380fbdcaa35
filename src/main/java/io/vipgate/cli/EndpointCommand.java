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
 * What the commands have in common that change one endpoint.
 *
 * <p>Confined to the main thread.
 */
@Command(mixinStandardHelpOptions = true, versionProvider = VipgateCommand.Version.class)
abstract sealed class EndpointCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AdminOptions admin;

    @Parameters(index = "0", paramLabel = "POOL/ENDPOINT", description = "The endpoint.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String endpoint;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    private EndpointCommand() {}

    /** The name of the call. */
    abstract String what();

    abstract Json body();

    @Override
    public Integer call() {
        return change(admin, endpoint, what(), body(), spec.commandLine().getOut());
    }

    /** Changes an endpoint, and says how it is afterwards. */
    static int change(AdminOptions admin, String endpoint, String what, Json body, PrintWriter out) {
        EndpointName name = EndpointName.parse(endpoint);
        Json done = admin.client().put(name.path(what), body);
        if (done.get("addresses").list().isEmpty()) {
            out.println(name + ": done; its name has no address now");
        }
        for (Json address : done.get("addresses").list()) {
            out.println(name.pool() + "/" + address.get("label").text() + ": " + address.get("admin").text() + ", "
                    + address.get("health").text() + ", weight " + address.get("weight").text() + ", "
                    + address.get("connections").text() + " connections");
        }
        out.flush();
        return ExitStatus.OK;
    }

    /** {@code vipgate drain}. */
    @Command(name = "drain", description = "Drains an endpoint: no new clients but those that are pinned to it. Open connections go on.")
    static final class Drain extends EndpointCommand {
        @Override
        String what() {
            return "state";
        }

        @Override
        Json body() {
            return Json.object().with("state", "drain").build();
        }
    }

    /** {@code vipgate maint}. */
    @Command(name = "maint", description = "Takes an endpoint out: no new connections, pinned clients included. Open ones go on.")
    static final class Maint extends EndpointCommand {
        @Override
        String what() {
            return "state";
        }

        @Override
        Json body() {
            return Json.object().with("state", "maint").build();
        }
    }

    /** {@code vipgate weight}. */
    @Command(name = "weight", description = "Sets an endpoint's weight, until the configuration says another one.")
    static final class Weight extends EndpointCommand {
        @Parameters(index = "1", paramLabel = "N", description = "0 to 256; 0 takes nothing new.")
        private int weight;

        @Override
        String what() {
            return "weight";
        }

        @Override
        Json body() {
            return Json.object().with("weight", weight).build();
        }
    }
}
