package io.vipgate.importer.haproxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.PoolConfig;
import io.vipgate.config.ProbeConfig;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import io.vipgate.importer.common.Note;

/** Imports of a few lines. */
final class HaproxyLines {
    private HaproxyLines() {}

    /** A listen section on 203.0.113.1:80, its own lines from line 3 on. */
    static ImportResult listen(String... lines) {
        return HaproxyImporter.convert("listen web\nbind 203.0.113.1:80\n" + String.join("\n", lines) + "\n");
    }

    static PoolConfig pool(String... lines) {
        return ImportedConfig.of(listen(lines)).pool("web");
    }

    /** The probe of a server that is checked, with further lines of its section. */
    static ProbeConfig probe(String... lines) {
        return pool(String.join("\n", lines), "server a 192.0.2.1:80 check").probe();
    }

    /** What a send-expect probe sends and expects, in order. */
    static String steps(ProbeConfig probe) {
        return String.join(" ", probe.exchanges().stream().map(step -> step.send().text() + "|" + step.expect().text())
                .toList());
    }

    /** Checks that a loss on the line has the words. */
    static void assertLost(ImportResult result, int line, String words) {
        assertThat(result.notes()).filteredOn(Note::isLoss).extracting(Note::toString)
                .anyMatch(note -> note.startsWith("line " + line + ": ") && note.contains(words));
    }

    /** Checks that a remark, not a loss, on the line has the words. */
    static void assertRemarked(ImportResult result, int line, String words) {
        assertThat(result.notes()).filteredOn(note -> !note.isLoss()).extracting(Note::toString)
                .anyMatch(note -> note.startsWith("line " + line + ": ") && note.contains(words));
    }

    static void assertNothingLost(ImportResult result) {
        assertThat(result.notes()).filteredOn(Note::isLoss).isEmpty();
    }
}
