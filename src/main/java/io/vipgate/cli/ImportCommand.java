package io.vipgate.cli;

import io.vipgate.config.ConfigLoader;
import io.vipgate.config.Rejected;
import io.vipgate.importer.ImportFormat;
import io.vipgate.importer.common.GivenFiles;
import io.vipgate.importer.common.ImportResult;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code vipgate import}: the configuration that does what another program's does.
 *
 * <p>Confined to the main thread.
 */
@Command(name = "import", description = "Prints the configuration that does what another program's rules do. What changes, and what can't be carried over, goes to standard error; what is lost of the shares or checks begins with \"warning: lost: \".", exitCodeListHeading = "Exit status:%n", exitCodeList = {
    "0:The configuration is printed, with notes.", "1:The same with --strict, and a share or a check is lost.",
    "2:Nothing could be carried over, or the configuration is not valid on this machine."}, mixinStandardHelpOptions = true, versionProvider = VipgateCommand.Version.class)
final class ImportCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "PROGRAM", description = "Whose rules they are: iptables (what iptables-save prints), nft (what nft list ruleset prints), keepalived (virtual_server), haproxy (mode tcp), nginx (stream).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private ImportFormat format;

    @Parameters(index = "1", paramLabel = "FILE", description = "The file, or - for standard input.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String file;

    @Parameters(index = "2..*", paramLabel = "MORE", description = "Files that FILE names and that are to be read too: maps and lists of names, for haproxy and nginx.")
    private List<String> more = List.of();

    @Option(names = "--strict", description = "Ends with 1 when a share of the connections or a check is lost. The configuration is printed all the same.")
    private boolean isStrict;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        Optional<String> text = RulesFile.read(file, "vipgate import", err);
        if (text.isEmpty()) {
            return ExitStatus.USAGE;
        }
        if (!more.isEmpty() && !format.readsMore()) {
            err.println("vipgate import: " + more.getFirst() + ": only haproxy and nginx name more files");
            return ExitStatus.USAGE;
        }
        Map<String, String> texts = new LinkedHashMap<>();
        for (String each : more) {
            Optional<String> named = RulesFile.read(each, "vipgate import", err);
            if (named.isEmpty()) {
                return ExitStatus.USAGE;
            }
            texts.put(each, named.get());
        }
        ImportResult result = format.convert(text.get(), new GivenFiles(texts));
        ImportReport report = new ImportReport(result);
        report.printNotes(err);
        boolean isPrinted = !result.yaml().isEmpty();
        if (isPrinted) {
            spec.commandLine().getOut().print(result.yaml());
            spec.commandLine().getOut().flush();
        } else {
            err.println("vipgate import: " + file + ": " + result.failure());
        }
        boolean isUsable = isPrinted && isValid(result.yaml(), err);
        report.printSummary(err, compare());
        err.flush();
        return !isUsable ? ExitStatus.USAGE : isStrict && result.hasLoss() ? ExitStatus.FAILED : ExitStatus.OK;
    }

    /** The command that compares shares before and after, for programs whose rules have to be worked out. */
    private String compare() {
        return format.hasShares()
                ? "vipgate check --compare " + format.name().toLowerCase(Locale.ROOT) + " RULES CONFIG"
                : "";
    }

    /** What only this machine knows, such as its own addresses, can still be wrong. */
    private static boolean isValid(String yaml, PrintWriter err) {
        if (ConfigLoader.parse("imported", yaml.getBytes(StandardCharsets.UTF_8),
                Map.of()) instanceof Rejected rejected) {
            rejected.problems()
                    .forEach(problem -> err.println("vipgate import: to be put right before use: " + problem));
            return false;
        }
        return true;
    }
}
