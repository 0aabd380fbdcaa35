package io.vipgate.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Lines in columns, two blanks apart. Escape sequences take no room; other control characters are never printed.
 *
 * <p>Confined to the thread that makes it.
 */
final class Table {
    private static final Pattern ESCAPES = Pattern.compile("\u001b\\[[0-9;]*m");

    private final AnsiStyle style;
    private final List<String> titles;
    private final List<List<String>> rows = new ArrayList<>();

    Table(AnsiStyle style, String... titles) {
        this.style = style;
        this.titles = Arrays.asList(titles);
    }

    /** Adds a line with a cell for each title. */
    void row(String... cells) {
        if (cells.length != titles.size()) {
            throw new IllegalArgumentException(cells.length + " cells (expected: " + titles.size() + ")");
        }
        rows.add(Arrays.asList(cells));
    }

    /** The lines, with their titles above; columns whose cells are all empty are left out. */
    List<String> lines() {
        List<Integer> columns = new ArrayList<>();
        for (int i = 0; i < titles.size(); i++) {
            int column = i;
            if (rows.isEmpty() || rows.stream().anyMatch(row -> !row.get(column).isEmpty())) {
                columns.add(i);
            }
        }
        int[] widths = IntStream.range(0, titles.size()).map(this::width).toArray();
        List<String> lines = new ArrayList<>();
        lines.add(style.bold(line(titles, columns, widths)));
        rows.forEach(row -> lines.add(line(row, columns, widths)));
        return lines;
    }

    private static String line(List<String> cells, List<Integer> columns, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column : columns) {
            String cell = cells.get(column);
            boolean isLast = column == columns.getLast();
            line.append(cell);
            if (!isLast) {
                line.repeat(' ', widths[column] - width(cell) + 2);
            }
        }
        return line.toString().stripTrailing();
    }

    private int width(int column) {
        int width = width(titles.get(column));
        for (List<String> row : rows) {
            width = Math.max(width, width(row.get(column)));
        }
        return width;
    }

    static int width(String cell) {
        return ESCAPES.matcher(cell).replaceAll("").length();
    }
}
