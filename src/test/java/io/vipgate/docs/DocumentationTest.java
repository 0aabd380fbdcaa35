package io.vipgate.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.ConfigLoader;
import io.vipgate.config.LoadResult;
import io.vipgate.config.Loaded;
import io.vipgate.config.Rejected;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents say is so. */
class DocumentationTest {
    /** Info strings of blocks that have a meaning: anything else would slip past these tests. */
    private static final Set<String> INFOS = Set.of("", "sh", "console", "yaml", "yaml prometheus", "mermaid");

    private static final Pattern JOINED_LITERALS = Pattern.compile("\"\\s*\\+\\s*\"");
    private static final Pattern ALERT = Pattern.compile("(?m)^\\s*- alert: (\\w+)$");
    private static final Pattern CLASS_NAME = Pattern
            .compile("(?:[a-z.]+\\.)?([A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*)(?:\\.\\w+)?");

    /** Names in backquotes that are no classes of the project. */
    private static final Set<String> OTHERS = Set.of("AbstractEpollStreamChannel", "Duration", "EpollIoHandler",
            "EpollIoHandle", "EpollIoOps", "Helper", "Impl", "IoHandle", "List", "Manager", "Optional", "Util",
            "YourProbe", "YourProbeTest", "YourRule");

    private static String read(String file) {
        try {
            return Files.readString(Markdown.BASE.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> sources(String directory) throws IOException {
        try (Stream<Path> files = Files.walk(Markdown.BASE.resolve(directory))) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }

    // ---- blocks ----

    @Test
    void everyConfigurationIsValid() throws IOException {
        int seen = 0;
        for (Markdown document : Markdown.all()) {
            for (Markdown.Block block : document.blocks()) {
                if (block.info().equals("yaml")) {
                    seen++;
                    String label = document.file() + ":" + block.line();
                    LoadResult result = ConfigLoader.parse(label, block.text().getBytes(StandardCharsets.UTF_8),
                            Map.of());
                    switch (result) {
                        case Loaded loaded -> assertThat(loaded.warnings()).as(label).isEmpty();
                        case Rejected rejected -> assertThat(rejected.problems()).as(label).isEmpty();
                    }
                }
            }
        }
        assertThat(seen).as("configurations in documents").isGreaterThanOrEqualTo(12);
    }

    @Test
    void everyBlockSaysWhatItIs() throws IOException {
        for (Markdown document : Markdown.all()) {
            for (Markdown.Block block : document.blocks()) {
                String where = document.file() + ":" + block.line();
                assertThat(INFOS).as(where).contains(block.info());
                if (!block.info().equals("console")) {
                    assertThat(block.text().startsWith("listeners:"))
                            .as("%s: a configuration must be fenced as yaml", where)
                            .isEqualTo(block.info().equals("yaml"));
                }
            }
        }
    }

    @Test
    void gettingStartedIsMadeOfCommands() {
        assertThat(Markdown.read("docs/getting-started.md").blocks()).filteredOn(block -> block.info().equals("sh"))
                .hasSizeGreaterThanOrEqualTo(8);
    }

    // ---- links ----

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        int seen = 0;
        for (Markdown document : Markdown.all()) {
            for (String link : document.links()) {
                if (!link.matches("[a-z]+:.*")) {
                    seen++;
                    if (!leadsSomewhere(document.file(), link)) {
                        broken.add(document.file() + ": " + link);
                    }
                }
            }
        }
        assertThat(seen).as("links within the project").isGreaterThanOrEqualTo(200);
        assertThat(broken).as("broken links").isEmpty();
    }

    private static boolean leadsSomewhere(Path from, String link) {
        int hash = link.indexOf('#');
        String path = hash < 0 ? link : link.substring(0, hash);
        Path target = path.isEmpty() ? from : from.resolveSibling(path).normalize();
        if (target.isAbsolute() || target.startsWith("..") || !Files.exists(Markdown.BASE.resolve(target))) {
            return false;
        }
        return hash < 0 || (target.toString().endsWith(".md")
                && Markdown.read(target).anchors().contains(link.substring(hash + 1)));
    }

    @Test
    void theFirstPageLeadsToEveryDocument() throws IOException {
        List<String> links = Markdown.read("README.md").links();
        for (Markdown document : Markdown.all()) {
            if (document.file().startsWith("docs") && document.file().getNameCount() == 2) {
                assertThat(links).contains(document.file().toString());
            }
        }
        for (String folder : List.of("docs/performance", "docs/decisions")) {
            List<String> index = Markdown.read(folder + "/README.md").links();
            for (Markdown document : Markdown.all()) {
                if (document.file().startsWith(folder) && !document.file().endsWith("README.md")) {
                    assertThat(index).contains(document.file().getFileName().toString());
                }
            }
        }
    }

    // ---- names and messages ----

    @Test
    void everyMessageOfTroubleshootingIsTheProgramsOwn() throws IOException {
        StringBuilder joined = new StringBuilder(read("vipgate"));
        for (Path source : sources("src/main/java")) {
            joined.append(JOINED_LITERALS.matcher(Files.readString(source)).replaceAll(""));
        }
        String program = joined.toString().replace("\\\"", "\"");
        List<String> unknown = new ArrayList<>();
        int seen = 0;
        for (List<String> row : Markdown.read("docs/troubleshooting.md").rows()) {
            List<String> messages = Pattern.compile("`([^`]+)`").matcher(row.getFirst()).results()
                    .map(found -> found.group(1)).toList();
            for (String message : messages) {
                seen++;
                for (String part : message.split("…", -1)) {
                    if (!program.contains(part.strip())) {
                        unknown.add(message + "   [" + part.strip() + "]");
                    }
                }
            }
        }
        assertThat(seen).as("messages").isGreaterThanOrEqualTo(60);
        assertThat(unknown).as("messages, and the part of each that no source has").isEmpty();
    }

    @Test
    void everyAlertHasItsRowAndEveryRowItsAlert() {
        Set<String> rules = ALERT.matcher(read("deploy/prometheus/vipgate.rules.yml")).results()
                .map(found -> found.group(1)).collect(Collectors.toCollection(TreeSet::new));
        Set<String> documented = Markdown.read("docs/observability.md").code().stream()
                .filter(code -> code.matches("Vipgate[A-Z]\\w+")).collect(Collectors.toCollection(TreeSet::new));

        assertThat(rules).hasSizeGreaterThan(10);
        assertThat(documented).isEqualTo(rules);
    }

    @Test
    void everyClassThatMaintainersAreToldOfIsThere() throws IOException {
        Set<String> classes = new TreeSet<>();
        for (String directory : List.of("src/main/java", "src/test/java", "benchmarks/jmh")) {
            for (Path source : sources(directory)) {
                classes.add(source.getFileName().toString().replace(".java", ""));
            }
        }
        Set<String> unknown = new TreeSet<>();
        int seen = 0;
        for (String file : List.of("ARCHITECTURE.md", "CONTRIBUTING.md", "docs/decisions/every-scalar-as-text.md",
                "docs/decisions/snapshots.md", "docs/decisions/no-channels.md",
                "docs/decisions/system-calls-by-ffm.md")) {
            for (String code : Markdown.read(file).code()) {
                var name = CLASS_NAME.matcher(code.split(" ", -1)[0]);
                if (name.matches() && !OTHERS.contains(name.group(1))) {
                    seen++;
                    if (!classes.contains(name.group(1))) {
                        unknown.add(name.group(1) + " in " + file);
                    }
                }
            }
        }
        assertThat(seen).as("classes named").isGreaterThanOrEqualTo(100);
        assertThat(unknown).as("classes that are not there").isEmpty();
    }
}
