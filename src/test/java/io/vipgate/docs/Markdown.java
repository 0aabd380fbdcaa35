package io.vipgate.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A document in Markdown, as far as tests look at it: fenced blocks, headings, links, text in backquotes.
 *
 * <p>Immutable.
 *
 * @param file relative to the project's directory
 * @param blocks the fenced ones
 * @param prose all other lines
 */
record Markdown(Path file, List<Block> blocks, List<String> prose) {
    /** The project's directory. */
    static final Path BASE = Path.of(System.getProperty("vipgate.basedir", ""));

    private static final Pattern FENCE = Pattern.compile("^ {0,3}```\\s*([^`]*)$");
    private static final Pattern HEADING = Pattern.compile("^#{1,6} +(.*?)(?: +#+)?$");
    private static final Pattern LINK = Pattern.compile("\\[[^\\]\\[]*(?:\\[[^\\]]*\\][^\\]\\[]*)?\\]\\(([^)\\s]+)\\)");
    private static final Pattern CODE = Pattern.compile("`+([^`]+)`+");

    /**
     * A fenced block.
     *
     * @param info what stands behind the fence's backquotes
     * @param line of the fence, from 1
     * @param text between the fences
     */
    record Block(String info, int line, String text) {}

    /** Keeps its own copies. */
    Markdown {
        blocks = List.copyOf(blocks);
        prose = List.copyOf(prose);
    }

    static Markdown read(String file) {
        return read(Path.of(file));
    }

    static Markdown read(Path file) {
        List<Block> blocks = new ArrayList<>();
        List<String> prose = new ArrayList<>();
        StringBuilder inside = null;
        String info = "";
        int begin = 0;
        List<String> lines = lines(file);
        for (int i = 0; i < lines.size(); i++) {
            Matcher fence = FENCE.matcher(lines.get(i));
            if (!fence.matches()) {
                if (inside == null) {
                    prose.add(lines.get(i));
                } else {
                    inside.append(lines.get(i)).append('\n');
                }
            } else if (inside == null) {
                inside = new StringBuilder();
                info = fence.group(1).strip();
                begin = i + 1;
            } else {
                blocks.add(new Block(info, begin, inside.toString()));
                inside = null;
            }
        }
        if (inside != null) {
            throw new AssertionError(file + ":" + begin + ": a fence that is not closed");
        }
        return new Markdown(file, blocks, prose);
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(BASE.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every document of the project; not what a build makes, nor hidden directories. */
    static List<Markdown> all() throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> found = Files.walk(BASE.toAbsolutePath().normalize())) {
            Path base = BASE.toAbsolutePath().normalize();
            found.map(base::relativize).filter(file -> file.toString().endsWith(".md")).filter(file -> {
                for (Path part : file) {
                    if (part.toString().startsWith(".") || part.toString().equals("target")) {
                        return false;
                    }
                }
                return true;
            }).forEach(files::add);
        }
        return files.stream().sorted().map(Markdown::read).toList();
    }

    /** What its links lead to, as written. */
    List<String> links() {
        List<String> links = new ArrayList<>();
        for (String line : prose) {
            LINK.matcher(CODE.matcher(line).replaceAll("code")).results().forEach(link -> links.add(link.group(1)));
        }
        return links;
    }

    /** Anchors of its headings, as GitHub makes them. */
    Set<String> anchors() {
        Set<String> anchors = new LinkedHashSet<>();
        Map<String, Integer> seen = new HashMap<>();
        for (String line : prose) {
            Matcher heading = HEADING.matcher(line);
            if (heading.matches()) {
                String slug = LINK.matcher(heading.group(1)).replaceAll(found -> Matcher.quoteReplacement(
                        found.group().substring(1, found.group().indexOf(']')))).toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N}\\p{M} _-]", "").strip().replace(' ', '-');
                int count = seen.merge(slug, 1, Integer::sum);
                anchors.add(count == 1 ? slug : slug + "-" + (count - 1));
            }
        }
        return anchors;
    }

    /** Texts in backquotes, in the order of the document. */
    List<String> code() {
        List<String> code = new ArrayList<>();
        prose.forEach(line -> CODE.matcher(line).results().forEach(found -> code.add(found.group(1).strip())));
        return code;
    }

    /** The rows of its tables, cells without blanks around them; neither heads nor rules. */
    List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < prose.size(); i++) {
            String line = prose.get(i);
            boolean isHead = i + 1 < prose.size() && prose.get(i + 1).matches("\\|[-:| ]+\\|");
            if (line.startsWith("|") && !isHead && !line.matches("\\|[-:| ]+\\|")) {
                List<String> cells = new ArrayList<>();
                for (String cell : line.substring(1, line.lastIndexOf('|')).split("(?<!\\\\)\\|", -1)) {
                    cells.add(cell.strip());
                }
                rows.add(cells);
            }
        }
        return rows;
    }
}
