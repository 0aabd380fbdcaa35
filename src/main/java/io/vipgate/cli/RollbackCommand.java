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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code vipgate rollback}: a configuration that held before holds again.
 *
 * <p>Confined to the main thread.
 */
@Command(name = "rollback", description = "Has a configuration hold again that held before; the file is left alone.", mixinStandardHelpOptions = true, versionProvider = VipgateCommand.Version.class)
final class RollbackCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AdminOptions admin;

    @Parameters(index = "0", arity = "0..1", paramLabel = "STEPS", description = "How many before the present one, 1 to 5 (default: 1). "
            + "While a configuration is on trial, 1 ends the trial.")
    private @Nullable Integer steps;

    @Option(names = "--list", description = "Lists those that held, the present one first.")
    private boolean isList;

    @Option(names = "--dry-run", description = "Says what would change, and changes nothing.")
    private boolean isDryRun;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (isList && (steps != null || isDryRun)) {
            throw new ParameterException(spec.commandLine(), "--list (expected: neither STEPS nor --dry-run with it)");
        }
        if (isList) {
            Table table = new Table(AnsiStyle.ofStandardOutput(), "STEPS", "HELD SINCE");
            Json answer = admin.client().getWithToken("/api/v1/configurations", Map.of());
            for (Json held : answer.get("configurations").list()) {
                table.row(held.get("steps").text(), held.get("since").text());
            }
            table.lines().forEach(out::println);
        } else {
            Map<String, String> parameters = new LinkedHashMap<>(
                    Map.of("steps", String.valueOf(steps == null ? 1 : steps)));
            if (isDryRun) {
                parameters.put("dryRun", "true");
            }
            Json done = admin.client().post("/api/v1/rollback", parameters);
            List<Json> changes = done.get("changes").list();
            if (changes.isEmpty()) {
                out.println(isDryRun ? "nothing would change" : "nothing has changed");
            }
            changes.forEach(change -> out.println(change.text()));
            done.get("needRestart").list()
                    .forEach(change -> out.println("requires a restart: " + change.text()));
        }
        out.flush();
        return ExitStatus.OK;
    }
}
