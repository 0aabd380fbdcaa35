package io.vipgate.cli;

import io.vipgate.json.Json;
import io.vipgate.json.JsonObjectBuilder;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code vipgate block}: turns the clients of a network away.
 *
 * <p>Confined to the main thread.
 */
@Command(name = "block", description = "Turns away the clients of a network, and resets their open relays. A second call replaces the end and the reason.", mixinStandardHelpOptions = true, versionProvider = VipgateCommand.Version.class)
final class BlockCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AdminOptions admin;

    @Parameters(index = "0", paramLabel = "IP|CIDR", description = "Whom, for example 198.51.100.7 or 2001:db8:7::/48.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String network;

    @Option(names = "--for", paramLabel = "TIME", description = "For how long, for example 90s, 10m, 1h or 7d (default: until it is lifted).")
    private @Nullable String term;

    @Option(names = "--why", paramLabel = "TEXT", description = "The reason, for the log and for whoever looks.")
    private @Nullable String why;

    @Option(names = "--keep", description = "Open relays go on; only new connections are turned away.")
    private boolean isKeep;

    @Option(names = "--wide", description = "Allows networks shorter than /8, or /32 for IPv6.")
    private boolean isWide;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        JsonObjectBuilder body = Json.object().with("keep", isKeep).with("wide", isWide);
        if (term != null) {
            body.with("for", term);
        }
        if (why != null) {
            body.with("why", why);
        }
        Json done = admin.client().put(path(network), body.build());
        Json block = done.get("block");
        PrintWriter out = spec.commandLine().getOut();
        out.println(block.get("network").text() + " blocked "
                + (block.get("until").isNull() ? "until it is lifted" : "until " + block.get("until").text())
                + "; relays reset: " + done.get("closed").text());
        if (!done.get("kept").isTrue()) {
            out.println("it does not survive a restart: stateFile is not configured, or can't be used");
        }
        out.flush();
        return ExitStatus.OK;
    }

    /** The call about one network. */
    static String path(String network) {
        return "/api/v1/blocks/" + AdminClient.encode(network);
    }
}
