package io.vipgate.cli;

import io.vipgate.config.EffectiveConfig;
import io.vipgate.config.Loaded;
import io.vipgate.config.Problem;
import io.vipgate.importer.ImportFormat;
import io.vipgate.importer.common.AddressShares;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.SyntaxException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code vipgate check}: every problem of a configuration, or that there is none.
 *
 * <p>Confined to the main thread.
 */
@Command(name = "check", description = "Checks a configuration and prints every problem with line and path.", mixinStandardHelpOptions = true, versionProvider = VipgateCommand.Version.class)
final class CheckCommand implements Callable<Integer> {
    @Option(names = {"-c", "--config"}, paramLabel = "FILE", description = "The file; the same as the argument.")
    private @Nullable Path option;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "The file (default: config/gateway.yaml).")
    private @Nullable Path argument;

    @Option(names = "--effective", description = "Prints the configuration with all defaults.")
    private boolean isEffective;

    @Option(names = "--compare", arity = "2", paramLabel = "PROGRAM|RULES", hideParamSyntax = true, description = "PROGRAM RULES: iptables or nft, and the file with its rules (- for standard input). Prints the shares of connections by the rules and by the configuration, address by address. Exit status 1: they differ, or some could not be compared.")
    private List<String> compare = List.of();

    @Option(names = "--routing", description = "Prints the commands by which this machine and the endpoints get the routes that "
            + "pools with clientAddress need, for a shell; what is there already is a comment. Exit status 1: something is "
            + "missing here.")
    private boolean isRouting;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (option != null && argument != null) {
            throw new ParameterException(spec.commandLine(), "the file is named twice");
        }
        Path file = ConfigFile.locate(argument == null ? option : argument);
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Optional<Loaded> loaded = ConfigFile.load(file, err);
        if (loaded.isEmpty()) {
            return ExitStatus.USAGE;
        }
        for (Problem warning : loaded.get().warnings()) {
            err.println("warning: " + warning);
        }
        err.flush();
        if (!compare.isEmpty()) {
            return compare(loaded.get(), out, err);
        }
        if (isRouting) {
            boolean isInPlace = RoutingReport.ofThisMachine(loaded.get().config()).print(out);
            out.flush();
            return isInPlace ? ExitStatus.OK : ExitStatus.FAILED;
        }
        if (isEffective) {
            out.print(EffectiveConfig.print(loaded.get().config()));
        } else {
            out.println(file + " is valid");
        }
        out.flush();
        return ExitStatus.OK;
    }

    private int compare(Loaded loaded, PrintWriter out, PrintWriter err) {
        ImportFormat format = Stream.of(ImportFormat.values())
                .filter(each -> each.hasShares() && each.name().equalsIgnoreCase(compare.getFirst())).findFirst()
                .orElseThrow(() -> new ParameterException(spec.commandLine(), "--compare " + compare.getFirst()
                        + " (expected: iptables or nft)"));
        String file = compare.getLast();
        Optional<String> text = RulesFile.read(file, "vipgate check", err);
        try {
            if (text.isPresent()) {
                Notes notes = new Notes();
                List<AddressShares> before = format.shares(text.get(), notes);
                boolean isSame = new SharesComparison(loaded.config()).print(before, notes.inOrder(), out);
                out.flush();
                return isSame ? ExitStatus.OK : ExitStatus.FAILED;
            }
        } catch (SyntaxException e) {
            err.println("vipgate check: " + file + ": " + e.problem());
        }
        err.flush();
        return ExitStatus.USAGE;
    }
}
