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
 * {@code vipgate ready}: an endpoint, or a listener, takes new clients again.
 *
 * <p>Confined to the main thread.
 */
@Command(name = "ready", description = "Sends an endpoint new clients again; has a listener take new clients again.", mixinStandardHelpOptions = true, versionProvider = VipgateCommand.Version.class)
final class ReadyCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AdminOptions admin;

    @Parameters(index = "0", paramLabel = "POOL/ENDPOINT|LISTENER", description = "The endpoint, or the listener.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String name;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /** Made by picocli too. */
    ReadyCommand() {}

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        return name.indexOf('/') >= 0
                ? EndpointCommand.change(admin, name, "state", Json.object().with("state", "ready").build(), out)
                : ListenerCommand.change(admin, name, "ready", out);
    }
}
