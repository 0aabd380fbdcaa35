package io.vipgate.cli;

import io.vipgate.json.Json;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        Json done = admin.client().post("/api/v1/reload");
        PrintWriter out = spec.commandLine().getOut();
        List<Json> changes = done.get("changes").list();
        if (changes.isEmpty()) {
            out.println("nothing has changed");
        }
        changes.forEach(change -> out.println(change.text()));
        done.get("needRestart").list()
                .forEach(change -> out.println("requires a restart: " + change.text()));
        out.flush();
        return ExitStatus.OK;
    }
}
