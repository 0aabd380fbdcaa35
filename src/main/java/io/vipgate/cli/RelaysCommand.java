package io.vipgate.cli;

import io.vipgate.json.Json;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code vipgate relays}: the open relays of a running gateway.
 *
 * <p>Confined to the main thread.
 */
@Command(name = "relays", description = "Lists open relays.", mixinStandardHelpOptions = true, versionProvider = VipgateCommand.Version.class)
final class RelaysCommand implements Callable<Integer> {
    private static final int PAGE = 1000;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AdminOptions admin;

    @Option(names = "--endpoint", paramLabel = "POOL/ENDPOINT", description = "Only those at this endpoint.")
    private @Nullable String endpoint;

    @Option(names = "--client", paramLabel = "IP", description = "Only those of this client.")
    private @Nullable String client;

    @Option(names = "--limit", paramLabel = "N", defaultValue = "1000", description = "At most so many (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private OutputOptions output;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (limit < 1) {
            throw new CommandException(ExitStatus.USAGE, "--limit: " + limit + " (expected: at least 1)");
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        if (endpoint != null) {
            parameters.put("endpoint", EndpointName.parse(endpoint).toString());
        }
        if (client != null) {
            parameters.put("client", client);
        }
        List<Json> relays = new ArrayList<>();
        AdminClient gateway = admin.client();
        Json page;
        do {
            parameters.put("limit", String.valueOf(Math.min(PAGE, limit - relays.size())));
            page = gateway.getWithToken("/api/v1/relays", parameters);
            relays.addAll(page.get("relays").list());
            parameters.put("after", page.get("next").text());
        } while (!page.get("next").isNull() && relays.size() < limit);
        print(relays, page.get("matching"));
        return ExitStatus.OK;
    }

    private void print(List<Json> relays, Json matching) {
        PrintWriter out = spec.commandLine().getOut();
        if (output.isJson()) {
            out.println(Json.object().with("relays", Json.of(relays)).with("matching", matching).build());
        } else {
            Table table = new Table(AnsiStyle.ofStandardOutput(), "RELAY", "CLIENT", "LISTENER", "ENDPOINT", "PHASE",
                    "AGE",
                    "IDLE", "IN", "OUT", "PINNED");
            for (Json relay : relays) {
                table.row(relay.get("id").text(),
                        Format.address(relay.get("client"), relay.get("clientPort"))
                                + (relay.get("peer").isNull()
                                        ? ""
                                        : " via " + Format.address(relay.get("peer"), relay.get("peerPort")))
                                + (relay.get("serverName").isNull()
                                        ? ""
                                        : " for " + Format.clean(relay.get("serverName").text())),
                        relay.get("listener").text(),
                        relay.get("pool").text() + "/"
                                + (relay.get("endpoint").isNull() ? "-" : relay.get("endpoint").text()),
                        relay.get("phase").text(), seconds(relay.get("ageSeconds")),
                        seconds(relay.get("idleSeconds")),
                        Format.bytes(relay.get("bytesToBackend").number()),
                        Format.bytes(relay.get("bytesToClient").number()),
                        relay.get("pinned").isTrue() ? "pinned" : "");
            }
            if (!relays.isEmpty()) {
                table.lines().forEach(out::println);
            }
            out.println(relays.size() + " of " + matching.text() + " relays");
        }
        out.flush();
    }

    private static String seconds(Json seconds) {
        return Format.duration(Duration.ofMillis((long) (seconds.number() * 1000)));
    }
}
