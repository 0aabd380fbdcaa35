package io.vipgate;

import io.vipgate.cli.CommandDispatcher;

/** Entry point of the {@code vipgate} program. Confined to the main thread. */
public final class Main {
    private Main() {}

    /**
     * Runs one command and ends the process with its exit status.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        System.exit(CommandDispatcher.execute(arguments));
    }
}
