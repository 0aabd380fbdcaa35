package io.vipgate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Files that one person can read at a sitting, and classes that are found by their names. */
class SourceLayoutTest {
    private static final Path MAIN = Path.of("src/main/java");
    private static final Path TESTS = Path.of("src/test/java");
    private static final Path BENCHMARKS = Path.of("benchmarks/jmh");
    private static final int MAX_LINES_MAIN = 400;
    private static final int MAX_LINES_TEST = 500;

    private static List<Path> sources(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            List<Path> sources = files.filter(path -> path.toString().endsWith(".java")).sorted().toList();
            assertThat(sources).as("sources below %s", root).isNotEmpty();
            return sources;
        }
    }

    private static List<String> longerThan(int maxLines, Path root) throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path source : sources(root)) {
            int lines = Files.readAllLines(source).size();
            if (lines > maxLines) {
                tooLong.add(source + ": " + lines);
            }
        }
        return tooLong;
    }

    @Test
    void noClassHasMoreThanFourHundredLines() throws IOException {
        assertThat(longerThan(MAX_LINES_MAIN, MAIN)).isEmpty();
    }

    @Test
    void noTestHasMoreThanFiveHundredLines() throws IOException {
        assertThat(longerThan(MAX_LINES_TEST, TESTS)).isEmpty();
        assertThat(longerThan(MAX_LINES_TEST, BENCHMARKS)).isEmpty();
    }

    @Test
    void noTwoClassesHaveOneName() throws IOException {
        Map<String, List<Path>> byName = new TreeMap<>();
        for (Path root : List.of(MAIN, TESTS, BENCHMARKS)) {
            for (Path source : sources(root)) {
                String file = source.getFileName().toString();
                if (!file.equals("package-info.java")) {
                    byName.computeIfAbsent(file, _ -> new ArrayList<>()).add(source);
                }
            }
        }
        assertThat(byName.values().stream().filter(paths -> paths.size() > 1).collect(Collectors.toList())).isEmpty();
    }
}
