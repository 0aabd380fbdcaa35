package io.vipgate.cli;

import io.vipgate.json.Json;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code vipgate rebalance}: has the clients of a pool come back to where they belong.
 *
 * <p>Confined to the main thread.
 */
@Command(name = "rebalance", description = "Closes idle relays of a pool little by little, so that their clients come back to where they belong. Once, whatever rebalance.when says; it goes on when this command has ended.", mixinStandardHelpOptions = true, versionProvider = VipgateCommand.Version.class)
final class RebalanceCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AdminOptions admin;

    @Parameters(index = "0", paramLabel = "POOL", description = "The pool.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String pool;

    @Option(names = "--dry-run", description = "Says what would be closed, and closes nothing.")
    private boolean isDryRun;

    @Option(names = "--stop", description = "Ends what is under way.")
    private boolean isStop;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (isDryRun && isStop) {
            throw new ParameterException(spec.commandLine(), "--stop (expected: not with --dry-run)");
        }
        String path = "/api/v1/pools/" + AdminClient.encode(pool) + "/rebalance";
        PrintWriter out = spec.commandLine().getOut();
        if (isStop) {
            Json end = admin.client().delete(path, Map.of());
            out.println(end.get("stopped").isTrue() ? "stopped" : "nothing was under way");
        } else {
            lines(admin.client().post(path, isDryRun ? Map.of("dryRun", "true") : Map.of())).forEach(out::println);
        }
        out.flush();
        return ExitStatus.OK;
    }

    /** What an answer says. */
    static List<String> lines(Json done) {
        boolean areHomes = done.get("aim").text().equals("homes");
        List<Json> endpoints = done.get("endpoints").list();
        if (endpoints.isEmpty()) {
            return List.of(areHomes
                    ? "nothing to close: no failure has moved a client that could come home"
                    : "nothing to close: no endpoint has more relays than its share and rebalance.over");
        }
        List<String> lines = new ArrayList<>();
        String verb = done.get("dryRun").isTrue() ? "would close " : "closing ";
        for (Json giver : endpoints) {
            long close = (long) giver.get("close").number();
            long idle = (long) giver.get("idle").number();
            String line = verb + count(giver.get("close")) + " of " + count(giver.get("relays")) + " relays at "
                    + giver.get("label").text();
            String busy = idle < close ? ", of which " + count(giver.get("idle")) + " are idle now" : "";
            lines.add(line + (endpoints.size() == 1 ? in(done) : "") + busy);
        }
        if (endpoints.size() > 1) {
            lines.add(verb + count(done.get("close")) + " of " + count(done.get("relays")) + " relays" + in(done));
        }
        return lines;
    }

    private static String in(Json done) {
        return " in " + count(done.get("seconds")) + " s";
    }

    private static String count(Json number) {
        return String.format(Locale.ROOT, "%,d", (long) number.number());
    }
}
