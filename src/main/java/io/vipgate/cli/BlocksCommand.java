package io.vipgate.cli;

import io.vipgate.json.Json;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code vipgate blocks}: whom a running gateway turns away.
 *
 * <p>Confined to the main thread.
 */
@Command(name = "blocks", description = "Lists the blocks: IPv4 first, in the order of the addresses.", mixinStandardHelpOptions = true, versionProvider = VipgateCommand.Version.class)
final class BlocksCommand implements Callable<Integer> {
    private static final String PAGE = "1000";

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AdminOptions admin;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private OutputOptions output;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        Map<String, String> parameters = new LinkedHashMap<>(Map.of("limit", PAGE));
        List<Json> blocks = new ArrayList<>();
        AdminClient gateway = admin.client();
        Json page;
        do {
            page = gateway.getWithToken("/api/v1/blocks", parameters);
            blocks.addAll(page.get("blocks").list());
            parameters.put("after", page.get("next").text());
        } while (!page.get("next").isNull());
        print(blocks, Instant.now());
        return ExitStatus.OK;
    }

    private void print(List<Json> blocks, Instant now) {
        PrintWriter out = spec.commandLine().getOut();
        if (output.isJson()) {
            out.println(Json.object().with("blocks", Json.of(blocks)).with("count", blocks.size()).build());
        } else {
            Table table = new Table(AnsiStyle.ofStandardOutput(), "NETWORK", "SINCE", "ENDS IN", "WHY");
            for (Json block : blocks) {
                table.row(block.get("network").text(), Format.since(block.get("since"), now),
                        block.get("until").isNull() ? "-" : Format.until(block.get("until"), now),
                        Format.clean(block.get("why").text()));
            }
            if (!blocks.isEmpty()) {
                table.lines().forEach(out::println);
            }
            out.println(blocks.size() == 1 ? "1 block" : blocks.size() + " blocks");
        }
        out.flush();
    }
}
