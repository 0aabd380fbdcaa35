package io.vipgate.cli;

import io.vipgate.json.Json;
import java.io.PrintWriter;
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
 * {@code vipgate sources}: who is near or over a limit per source.
 *
 * <p>Confined to the main thread.
 */
@Command(name = "sources", description = "Lists the sources that are nearest to a limit of perSource, or over it.", mixinStandardHelpOptions = true, versionProvider = VipgateCommand.Version.class)
final class SourcesCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AdminOptions admin;

    @Option(names = "--listener", paramLabel = "LISTENER", description = "Only those of this listener.")
    private @Nullable String listener;

    @Option(names = "--top", paramLabel = "N", defaultValue = "20", description = "So many (default: ${DEFAULT-VALUE}, at most 1000).")
    private int top;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private OutputOptions output;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (top < 1 || top > 1000) {
            throw new CommandException(ExitStatus.USAGE, "--top: " + top + " (expected: 1 to 1000)");
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        if (listener != null) {
            parameters.put("listener", listener);
        }
        parameters.put("limit", String.valueOf(top));
        print(admin.client().getWithToken("/api/v1/sources", parameters));
        return ExitStatus.OK;
    }

    private void print(Json answer) {
        PrintWriter out = spec.commandLine().getOut();
        List<Json> sources = answer.get("sources").list();
        if (output.isJson()) {
            out.println(answer);
        } else if (sources.isEmpty()) {
            out.println("no sources: nobody is connected or was refused where perSource sets limits");
        } else {
            Table table = new Table(AnsiStyle.ofStandardOutput(), "SOURCE", "LISTENER", "USED", "OPEN", "NEW LEFT",
                    "REFUSED");
            for (Json source : sources) {
                table.row(source.get("source").text() + (source.get("around").isTrue() ? " (around)" : ""),
                        source.get("listener").text(), source.get("used").text() + " %",
                        of(source.get("open"), source.get("maxConnections")),
                        of(source.get("tokens"), source.get("burst")),
                        source.get("refused").text() + (source.get("dryRun").isTrue() ? " (dry run)" : ""));
            }
            table.lines().forEach(out::println);
        }
        out.flush();
    }

    private static String of(Json some, Json most) {
        return most.isNull() ? "-" : (long) some.number() + "/" + most.text();
    }
}
