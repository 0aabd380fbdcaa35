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
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code vipgate reload}: has a running gateway read its configuration again.
 *
 * <p>Confined to the main thread.
 */
@Command(name = "reload", description = "Has a running gateway read its configuration again, and says what has changed.", mixinStandardHelpOptions = true, versionProvider = VipgateCommand.Version.class)
final class ReloadCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AdminOptions admin;

    @Option(names = "--dry-run", description = "Says what would change, and changes nothing.")
    private boolean isDryRun;

    @Option(names = "--confirm", paramLabel = "TIME", description = "The configuration goes back to the one before unless "
            + "@|bold vipgate confirm|@ comes within this time, for example 2m.")
    private @Nullable String confirm;

    @Option(names = "--unless", paramLabel = "CONDITION", description = "It goes back when a pool has lost its last endpoint: "
            + "\"no endpoint up for 10s\". Watched until it is confirmed, or for a minute and that time.")
    private @Nullable String unless;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (isDryRun && (confirm != null || unless != null)) {
            throw new ParameterException(spec.commandLine(),
                    "--dry-run (expected: neither --confirm nor --unless with it)");
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        if (isDryRun) {
            parameters.put("dryRun", "true");
        }
        if (confirm != null) {
            parameters.put("confirm", confirm);
        }
        if (unless != null) {
            parameters.put("unless", unless);
        }
        Json done = admin.client().post("/api/v1/reload", parameters);
        PrintWriter out = spec.commandLine().getOut();
        List<Json> changes = done.get("changes").list();
        if (changes.isEmpty()) {
            out.println(isDryRun ? "nothing would change" : "nothing has changed");
        }
        changes.forEach(change -> out.println(change.text()));
        done.get("needRestart").list()
                .forEach(change -> out.println("requires a restart: " + change.text()));
        if (!done.get("confirmBy").isNull()) {
            out.println("goes back unless confirmed by " + done.get("confirmBy").text() + ": vipgate confirm");
        }
        if (unless != null) {
            out.println("goes back when a pool has " + unless);
        }
        out.flush();
        return ExitStatus.OK;
    }
}
