package io.vipgate.importer.haproxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.importer.common.GivenFiles;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of docs/migrating.md: its lines become what stands beside them, and lose what it says. */
class HaproxyTableTest {
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern CELLS = Pattern.compile("(?<!\\\\)\\|");
    /** Sections that rows refer to. */
    private static final String OTHERS = """
            backend one
            server s 192.0.2.11:80 check
            backend tab
            stick-table type ip size 1k expire 5m
            listen other
            bind 203.0.113.9:9
            server s 192.0.2.1:8000 check
            """;

    private static final GivenFiles GIVEN = new GivenFiles(Map.of("hosts.map", "a.example one\n", "names.lst",
            "# ours\na.example\nb.example\n"));

    @TempDir
    private static Path files;

    @BeforeAll
    static void writeFiles() throws IOException {
        for (String name : List.of("good.lst", "bad.lst", "balancers.lst")) {
            Files.writeString(files.resolve(name),
                    "# networks\n198.51.100.0/25\n2001:db8::1\n".replace("198", name.startsWith("g")
                            ? "197"
                            : "198").replace("::1", name.startsWith("g") ? "::2" : "::1"));
        }
    }

    record Row(List<String> lines, String becomes, String lost) {}

    private static Stream<Row> rows() throws IOException {
        String text = Files.readString(Path.of(System.getProperty("vipgate.basedir", "."), "docs/migrating.md"));
        String table = text.substring(text.indexOf("<!-- haproxy:begin -->"), text.indexOf("<!-- haproxy:end -->"));
        return table.lines().filter(line -> line.startsWith("| ") && line.contains("`")).map(line -> {
            String[] cells = CELLS.split(line, -1);
            return new Row(code(cells[1]).map(each -> each.replace("\\|", "|")).toList(), cells[2], cells[3].strip());
        });
    }

    private static Stream<String> code(String cell) {
        return CODE.matcher(cell).results().map(found -> found.group(1));
    }

    /** The lines of a row in a listen section that is whole. */
    private static String section(List<String> row) {
        List<String> lines = new ArrayList<>(row.stream().filter(each -> each.contains(" ")).toList());
        if (lines.stream().noneMatch(each -> each.startsWith("bind "))) {
            lines.addFirst("bind 203.0.113.1:80");
        }
        if (lines.stream()
                .noneMatch(each -> each.startsWith("server") || each.startsWith("use_backend one if { dst"))) {
            lines.add("server a 192.0.2.1:80 check");
        }
        return "listen web\n" + String.join("\n", lines) + "\n" + OTHERS;
    }

    @ParameterizedTest
    @MethodSource("rows")
    void eachRowBecomesWhatTheTableSays(Row row) {
        ImportResult result = HaproxyImporter.convert(section(row.lines()).replace("/etc/haproxy", files.toString()),
                GIVEN);

        ImportedConfig imported = ImportedConfig.of(result);
        String yaml = result.yaml().replace(files.toString(), "/etc/haproxy").replaceAll("\\s+", " ");
        assertThat(imported.config().listeners().containsKey("web")).isEqualTo(!row.lost().equals("its clients"));
        Matcher setting = CODE.matcher(row.becomes().split(";", 2)[0]);
        while (setting.find()) {
            assertThat(yaml).contains(setting.group(1));
        }
        assertThat(result.hasLoss()).as("%s", result.notes()).isEqualTo(!row.lost().isEmpty());
    }

    @Test
    void theTableIsRead() throws IOException {
        assertThat(rows()).hasSizeGreaterThan(50).allMatch(row -> !row.lines().isEmpty());
    }
}
