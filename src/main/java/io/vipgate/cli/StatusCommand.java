package io.vipgate.cli;

import io.vipgate.json.Json;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code vipgate status}: how a running gateway is.
 *
 * <p>Confined to the main thread.
 */
@Command(name = "status", description = "Shows listeners, pools and endpoints of a running gateway.", mixinStandardHelpOptions = true, versionProvider = VipgateCommand.Version.class)
final class StatusCommand implements Callable<Integer> {
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
        Json status = admin.client().get("/api/v1/status", Map.of());
        PrintWriter out = spec.commandLine().getOut();
        if (output.isJson()) {
            out.println(status);
        } else {
            StatusView view = new StatusView(status, AnsiStyle.ofStandardOutput(), Format.toldAt(status));
            view.head().forEach(out::println);
            for (List<String> part : List.of(view.listeners(), view.endpoints(), view.notes())) {
                if (!part.isEmpty()) {
                    out.println();
                    part.forEach(out::println);
                }
            }
        }
        out.flush();
        return ExitStatus.OK;
    }
}
