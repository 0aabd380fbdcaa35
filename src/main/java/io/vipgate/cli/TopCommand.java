package io.vipgate.cli;

import io.vipgate.json.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code vipgate top}: a running gateway, live.
 *
 * <p>Confined to the main thread.
 */
@Command(name = "top", description = "Shows a running gateway live: rates, connections, health, last events. q or Ctrl-C ends it.", mixinStandardHelpOptions = true, versionProvider = VipgateCommand.Version.class)
final class TopCommand implements Callable<Integer> {
    private static final String END_KEYS = "qQ\u0003\u0004";

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AdminOptions admin;

    @Option(names = "--interval", paramLabel = "SECONDS", defaultValue = "1", description = "Between two looks (default: ${DEFAULT-VALUE}).")
    private double interval;

    @Override
    public Integer call() throws IOException {
        if (!(interval >= 0.2 && interval <= 3600)) {
            throw new CommandException(ExitStatus.USAGE, "--interval: " + interval + " (expected: 0.2 to 3600)");
        }
        AdminClient gateway = admin.client();
        Json status = gateway.get("/api/v1/status", Map.of());
        String note = "";
        AnsiStyle style = AnsiStyle.ofStandardOutput();
        try (Terminal terminal = Terminal.open()) {
            do {
                int[] size = terminal.size();
                terminal.show(TopScreen.lines(status, style, Format.toldAt(status), note, size[0], size[1]));
                try {
                    note = "";
                    status = gateway.get("/api/v1/status", Map.of());
                } catch (CommandException e) {
                    note = Format.clean(String.valueOf(e.getMessage()));
                }
            } while (!terminal.awaitKey(Duration.ofMillis((long) (interval * 1000)), END_KEYS));
        }
        return ExitStatus.OK;
    }
}
