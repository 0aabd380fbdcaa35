package io.vipgate.access;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where each network of an access list stands: in the configuration, or in a line of a file. Networks of one file follow each
 * other, so that each costs the number of its line and no more.
 *
 * <p>Confined to one thread while it is filled; from then on nobody changes it.
 */
final class AccessOrigins {
    /**
     * Networks that follow each other.
     *
     * @param first index of the first one
     * @param line the configuration's entry that they come from
     * @param file where they stand; empty for the configuration
     */
    private record Run(int first, AccessLine line, String file) {}

    private final List<Run> runs = new ArrayList<>();
    private int[] lines = new int[8];

    /** From here on networks come from an entry, and this file. */
    void begin(int first, AccessLine line, String file) {
        runs.add(new Run(first, line, file));
    }

    /** A network stands in this line of the file that began last. */
    void add(int index, int line) {
        if (index >= lines.length) {
            lines = Arrays.copyOf(lines, index + 1 + (index >> 1));
        }
        lines[index] = line;
    }

    /** No more will come. */
    void trim(int size) {
        lines = Arrays.copyOf(lines, size);
    }

    /** Where a network stands: {@code gateway.yaml:12}, {@code /etc/vipgate/deny/a.txt:3}. */
    String of(int index) {
        Run run = run(index);
        return run.file.isEmpty() ? run.line.origin() : run.file + ":" + lines[index];
    }

    /** The configuration's entry that a network comes from. */
    AccessLine line(int index) {
        return run(index).line;
    }

    private Run run(int index) {
        int from = 0;
        int to = runs.size();
        while (to - from > 1) {
            int middle = (from + to) >>> 1;
            if (runs.get(middle).first <= index) {
                from = middle;
            } else {
                to = middle;
            }
        }
        return runs.get(from);
    }
}
