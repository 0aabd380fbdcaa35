package io.vipgate.cli;

import io.vipgate.json.Json;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code vipgate explain}: which endpoint a client would get, and why.
 *
 * <p>Confined to the main thread.
 */
@Command(name = "explain", description = "Says which endpoint a client would get now, and why.", mixinStandardHelpOptions = true, versionProvider = VipgateCommand.Version.class)
final class ExplainCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AdminOptions admin;

    @Option(names = "--listener", required = true, paramLabel = "LISTENER", description = "Where the client comes in.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String listener;

    @Option(names = "--client", required = true, paramLabel = "IP", description = "The client's address.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String client;

    @Option(names = "--json", description = "Prints JSON.")
    private boolean isJson;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        Json answer = admin.client().get("/api/v1/explain", Map.of("listener", listener, "client", client));
        PrintWriter out = spec.commandLine().getOut();
        if (isJson) {
            out.println(answer);
        } else {
            print(answer, AnsiStyle.ofStandardOutput(), out);
        }
        out.flush();
        return ExitStatus.OK;
    }

    private static void print(Json answer, AnsiStyle style, PrintWriter out) {
        Json context = answer.at("choice");
        String who = answer.at("client").text() + " at listener " + answer.at("listener").text();
        if (!answer.at("turnedAway").isAbsent()) {
            out.println(style.red(who + " would be turned away: " + answer.at("turnedAway").text()));
        }
        String pool = answer.at("pool").text();
        String where = !context.at("endpoint").isAbsent()
                ? "gets " + style.bold(pool + "/" + context.at("endpoint").text())
                : context.at("definite").isTrue() ? style.red("gets no endpoint") : "gets one of pool " + pool;
        out.println(who + " " + where + ": " + context.at("why").text());
        out.println("rule: " + answer.at("rule").text());
        Json pin = answer.at("pin");
        if (!pin.isAbsent()) {
            out.println("pin: " + pin.at("endpoint").text() + ", " + pin.at("open").text() + " open"
                    + (pin.at("used").isTrue() ? "" : ", not used: " + pin.at("why").text()));
        }
        out.println();
        Table table = new Table(style, "ENDPOINT", "ADDRESS", "STATE", "HEALTH", "WEIGHT", "CONNECTIONS", "CHANCE",
                "WHY");
        for (Json candidate : answer.at("candidates").list()) {
            table.row(pool + "/" + candidate.at("endpoint").text(), candidate.at("address").text(),
                    style.verdict(candidate.at("admin").text()),
                    style.verdict(candidate.at("health").text()) + (candidate.at("suspect").isTrue() ? " suspect" : ""),
                    candidate.at("weight").text() + (candidate.at("backup").isTrue() ? " backup" : ""),
                    candidate.at("connections").text(),
                    pin.at("used").isTrue()
                            ? ""
                            : String.format(Locale.ROOT, "%.1f %%", candidate.at("probability").number() * 100),
                    candidate.at("why").text());
        }
        table.lines().forEach(out::println);
    }
}
