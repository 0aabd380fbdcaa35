package io.vipgate.cli;

import io.vipgate.json.Json;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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

    @Option(names = "--peer", paramLabel = "IP", description = "Who conveys the client in a PROXY header.")
    private @Nullable String peer;

    @Option(names = "--server-name", paramLabel = "NAME", description = "The server that the client names in its ClientHello.")
    private @Nullable String serverName;

    @Option(names = "--alpn", paramLabel = "PROTOCOLS", description = "The protocols that it offers there, with commas "
            + "between them.")
    private @Nullable String alpn;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private OutputOptions output;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        Map<String, String> parameters = new LinkedHashMap<>(Map.of("listener", listener, "client", client));
        if (peer != null) {
            parameters.put("peer", peer);
        }
        if (serverName != null) {
            parameters.put("serverName", serverName);
        }
        if (alpn != null) {
            parameters.put("alpn", alpn);
        }
        Json answer = admin.client().get("/api/v1/explain", parameters);
        PrintWriter out = spec.commandLine().getOut();
        if (output.isJson()) {
            out.println(answer);
        } else {
            print(answer, AnsiStyle.ofStandardOutput(), out);
        }
        out.flush();
        return ExitStatus.OK;
    }

    private static String result(String result, AnsiStyle style) {
        return switch (result) {
            case "refused" -> style.red("is refused");
            case "waits" -> style.yellow("waits in the kernel's queue");
            case "dry_run" -> style.yellow("would be refused but for the dry run");
            default -> "passes";
        };
    }

    private static void print(Json answer, AnsiStyle style, PrintWriter out) {
        Json choice = answer.get("choice");
        String who = answer.get("client").text()
                + (answer.get("peer").isNull() ? "" : " by " + answer.get("peer").text())
                + (answer.get("serverName").isNull() ? "" : " for " + Format.clean(answer.get("serverName").text()))
                + " at listener "
                + answer.get("listener").text();
        boolean isRefused = !answer.get("refused").isNull();
        boolean isWaiting = answer.get("verdicts").list().stream()
                .anyMatch(verdict -> verdict.get("result").text().equals("waits"));
        if (isWaiting) {
            out.println(style.yellow(who + " would wait: the listener is paused"));
        }
        if (isRefused) {
            out.println(style.red(who + " would be refused: " + answer.get("refused").text()));
        }
        String pool = answer.get("pool").text();
        String where = !choice.get("endpoint").isNull()
                ? style.bold(pool + "/" + choice.get("endpoint").text())
                : choice.get("definite").isTrue() ? style.red("no endpoint") : "one of pool " + pool;
        out.println((isRefused || isWaiting ? "let in, it would get " : who + " gets ") + where + ": "
                + choice.get("why").text());
        for (Json verdict : answer.get("verdicts").list()) {
            out.println(verdict.get("check").text() + ": " + verdict.get("who").text() + " "
                    + verdict.get("address").text() + " " + result(verdict.get("result").text(), style) + ", "
                    + Format.clean(verdict.get("why").text()));
        }
        out.println("rule: " + answer.get("rule").text());
        Json pin = answer.get("pin");
        if (!pin.isNull()) {
            out.println("pin: " + pin.get("endpoint").text() + ", " + pin.get("open").text() + " open"
                    + (pin.get("used").isTrue() ? "" : ", not used: " + pin.get("why").text()));
        }
        if (!answer.get("hedge").isNull()) {
            out.println("hedge: " + answer.get("hedge").text());
        }
        out.println();
        Table table = new Table(style, "ENDPOINT", "ADDRESS", "STATE", "HEALTH", "WEIGHT", "CONNECTIONS", "PROBABILITY",
                "WHY");
        for (Json candidate : answer.get("candidates").list()) {
            table.row(pool + "/" + candidate.get("endpoint").text(), candidate.get("address").text(),
                    style.verdict(candidate.get("admin").text()),
                    style.verdict(candidate.get("health").text())
                            + (candidate.get("suspect").isTrue() ? " suspect" : ""),
                    candidate.get("weight").text() + (candidate.get("backup").isTrue() ? " backup" : ""),
                    candidate.get("connections").text() + (candidate.get("finished").number() > 0
                            ? " (" + candidate.get("finished").text() + " finished)"
                            : ""),
                    pin.get("used").isTrue()
                            ? ""
                            : String.format(Locale.ROOT, "%.1f %%", candidate.get("probability").number() * 100),
                    candidate.get("why").text());
        }
        table.lines().forEach(out::println);
    }
}
