package io.vipgate.cli;

import io.vipgate.importer.common.ImportCounts;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.Note;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What an import says on standard error: its notes, and a summary behind them. Losses begin with {@code warning: lost: }, so that
 * they can be told from remarks.
 *
 * <p>Confined to the main thread.
 */
final class ImportReport {
    private static final int MAX_LINES = 20;

    private final ImportResult result;

    ImportReport(ImportResult result) {
        this.result = result;
    }

    /** The notes, one a line. */
    void printNotes(PrintWriter err) {
        result.notes().forEach(note -> err.println((note.isLoss() ? "warning: lost: " : "warning: ") + note));
    }

    /**
     * How much is carried over, how much is lost, and what to try before clients are moved.
     *
     * @param compare the command that prints the shares before and after; empty when there is none for the program
     */
    void printSummary(PrintWriter err, String compare) {
        ImportCounts counts = result.counts();
        err.println("summary: carried over: " + (result.yaml().isEmpty()
                ? "nothing"
                : of(counts.listeners(), counts.listenersFound(), "listener") + ", "
                        + of(counts.pools(), counts.pools(), "pool") + ", "
                        + of(counts.endpoints(), counts.endpointsFound(), "endpoint")));
        if (!result.yaml().isEmpty() || result.hasLoss()) {
            err.println("summary: lost: " + lost());
        }
        if (!result.yaml().isEmpty()) {
            err.println("summary: before switching over: vipgate check CONFIG"
                    + (compare.isEmpty() ? "" : "; " + compare)
                    + "; run it on a port of its own, then vipgate status and vipgate explain --listener NAME --client IP");
        }
    }

    private static String of(int count, int found, String thing) {
        return (count == found ? "" : count + " of ") + found + " " + thing + (found == 1 ? "" : "s");
    }

    private String lost() {
        List<Note> losses = result.notes().stream().filter(Note::isLoss).toList();
        if (losses.isEmpty()) {
            return "nothing that took a share of the connections or decided a check";
        }
        List<String> lines = losses.stream().map(Note::line).filter(line -> line > 0).distinct().map(String::valueOf)
                .toList();
        String shown = lines.stream().limit(MAX_LINES).collect(Collectors.joining(", "))
                + (lines.size() > MAX_LINES ? " and " + (lines.size() - MAX_LINES) + " more" : "");
        return losses.size() + (lines.isEmpty() ? "" : " (line" + (lines.size() == 1 ? " " : "s ") + shown + ")");
    }
}
