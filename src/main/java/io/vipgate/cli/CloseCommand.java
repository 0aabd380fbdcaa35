package io.vipgate.cli;

import io.vipgate.json.Json;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code vipgate close}: ends open relays.
 *
 * <p>Confined to the main thread.
 */
@Command(name = "close", description = "Ends open relays by RST on both sides.", mixinStandardHelpOptions = true, versionProvider = VipgateCommand.Version.class)
final class CloseCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AdminOptions admin;

    @Parameters(index = "0", paramLabel = "RELAY|POOL/ENDPOINT", description = "One relay, as `vipgate relays` names it, or all at an endpoint.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String which;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        Json done = which.contains("/")
                ? admin.client().delete("/api/v1/relays", Map.of("endpoint", EndpointName.parse(which).toString()))
                : admin.client().delete("/api/v1/relays/" + AdminClient.encode(which), Map.of());
        PrintWriter out = spec.commandLine().getOut();
        String count = done.get("closed").text();
        out.println(count.equals("1") ? "1 relay closed" : count + " relays closed");
        out.flush();
        return ExitStatus.OK;
    }
}
