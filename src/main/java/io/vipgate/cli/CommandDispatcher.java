package io.vipgate.cli;

import java.io.PrintWriter;
import java.nio.file.Path;

/**
 * The commands. {@code run} and {@code train} in their plain forms begin at once; picocli, which no start of a gateway is to
 * load, has all others.
 *
 * <p>Stateless.
 */
public final class CommandDispatcher {
    private CommandDispatcher() {}

    /**
     * Runs a command line.
     *
     * @return the exit status: 0 fine, 1 failed while running, 2 bad usage or bad configuration, 3 the
     *         running gateway could not be reached
     */
    public static int execute(String... arguments) {
        Path plain = GatewayRun.plain(arguments);
        if (plain != null) {
            return GatewayRun.run(plain, new PrintWriter(System.err, true, System.err.charset()));
        }
        if (arguments.length == 1 && arguments[0].equals("train")) {
            return TrainingRun.run(TrainingRun.DEFAULT_SECONDS, new PrintWriter(System.out, true, System.out.charset()),
                    new PrintWriter(System.err, true, System.err.charset()));
        }
        return VipgateCommand.commandLine().execute(arguments);
    }
}
