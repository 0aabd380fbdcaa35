package io.vipgate.cli;

import picocli.CommandLine.Option;

/**
 * In which form a command prints what it was told.
 *
 * <p>Confined to the main thread.
 */
final class OutputOptions {
    @Option(names = "--json", description = "Prints JSON.")
    private boolean isJson;

    OutputOptions() {}

    /** Whether to print JSON, for programs. */
    boolean isJson() {
        return isJson;
    }
}
