package io.vipgate.importer;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tables of docs/migrating.md for nginx and keepalived: lines become what stands beside them, and lose what it says. */
class MigratingTablesTest {
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern UPSTREAM = Pattern.compile("(?:server [^{]|least_|hash |random).*");
    private static final Pattern STREAM = Pattern.compile("(?:map|split_clients|geo|limit_conn_zone) .*");
    private static final Pattern REAL = Pattern.compile("(?:[A-Z]+_(?:CHECK|GET)|weight|uthreshold|notify_).*");
    private static final Pattern GLOBAL = Pattern.compile("virtual_server.*");

    /** Lines that belong together, what they become, and what is lost. */
    record Row(List<String> lines, List<String> settings, String lost) {}

    private static Stream<Row> rows(String program) throws IOException {
        String text = Files.readString(Path.of(System.getProperty("vipgate.basedir", "."), "docs/migrating.md"));
        String table = text.substring(text.indexOf("<!-- " + program + ":begin -->"),
                text.indexOf("<!-- " + program + ":end -->"));
        return table.lines().filter(line -> line.startsWith("| ") && line.contains("`")).flatMap(line -> {
            String[] cells = line.split("\\|", -1);
            List<List<String>> alternatives = alternatives(cells[1]);
            List<String> settings = code(cells[2]).filter(each -> each.contains(": ") || each.contains("\", \""))
                    .toList();
            // Each of several lines has a setting of its own, in the same order.
            boolean isInOrder = cells[2].contains("each from its line");
            List<Row> rows = new ArrayList<>();
            for (int i = 0; i < alternatives.size(); i++) {
                rows.add(new Row(alternatives.get(i), isInOrder ? settings.subList(i, i + 1) : settings,
                        cells[3].strip()));
            }
            return rows.stream();
        });
    }

    private static Stream<String> code(String cell) {
        return CODE.matcher(cell).results().map(found -> found.group(1));
    }

    /** {@code with} joins lines, anything else separates them; what has no blank, brace or semicolon is a word of the text. */
    private static List<List<String>> alternatives(String cell) {
        List<List<String>> all = new ArrayList<>();
        for (String part : cell.split("(?<=`), (?=`)", -1)) {
            List<String> lines = code(part).filter(each -> each.matches(".*[ ;{-].*") || each.matches("[A-Z_]+")
                    || each.matches("omega|smtp_alert|misc_dynamic|inhibit_on_failure")).toList();
            all.add(lines);
        }
        return all;
    }

    private static Stream<Row> nginx() throws IOException {
        return rows("nginx");
    }

    private static Stream<Row> keepalived() throws IOException {
        return rows("keepalived");
    }

    @ParameterizedTest
    @MethodSource("nginx")
    void eachRowOfNginxBecomesWhatTheTableSays(Row row) {
        String upstream = String.join("\n", row.lines.stream().filter(UPSTREAM.asMatchPredicate()).toList());
        String stream = String.join("\n", row.lines.stream().filter(STREAM.asMatchPredicate()).toList());
        String server = String.join("\n", row.lines.stream().filter(UPSTREAM.asMatchPredicate().negate())
                .filter(STREAM.asMatchPredicate().negate()).toList());

        assertRow(row, NginxText.of(stream, upstream, server));
    }

    /** A file with one server. */
    private static final class NginxText {
        static ImportResult of(String stream, String upstream, String server) {
            return ImportFormat.NGINX.convert(stream + "\nupstream pa { server 192.0.2.11:80; }\n"
                    + "upstream pb { server 192.0.2.12:80; }\nupstream web {\n" + upstream
                    + (upstream.contains("server ") ? "" : "\nserver 192.0.2.1:80;") + "\n}\nserver {\n" + server
                    + (server.contains("listen ") ? "" : "\nlisten 203.0.113.1:80;")
                    + (server.contains("proxy_pass ") ? "" : "\nproxy_pass web;") + "\n}\n");
        }
    }

    @ParameterizedTest
    @MethodSource("keepalived")
    void eachRowOfKeepalivedBecomesWhatTheTableSays(Row row) {
        List<String> lines = row.lines.stream().map(line -> line.replace("{", "{\n").replace("}", "\n}")).toList();
        boolean isDynamic = lines.contains("misc_dynamic");
        String real = String.join("\n",
                lines.stream().filter(REAL.asMatchPredicate().or(line -> line.contains("_CHECK {")
                        || line.contains("_GET {")).and(line -> !line.startsWith("real_server"))).toList());
        String group = String.join("\n",
                lines.stream().filter(line -> line.startsWith("virtual_server_group")).toList());
        String address = lines.stream().filter(line -> GLOBAL.matcher(line).matches() && !line.contains("{"))
                .findFirst()
                .orElse("virtual_server 203.0.113.1 80");
        String server = String.join("\n", lines.stream().filter(line -> !real.contains(line) && !group.contains(line)
                && !line.equals(address) && !line.equals("misc_dynamic"))
                .map(line -> line.startsWith("real_server") && !line.contains("{") ? line + " {\n}" : line).toList());
        String checked = real.contains("_CHECK") || real.contains("_GET") ? real : real + "\nTCP_CHECK {\n}";

        assertRow(row, ImportFormat.KEEPALIVED.convert(group + "\n" + address + " {\n"
                + (server.contains("protocol ") ? "" : "protocol TCP\n") + server + "\nreal_server 192.0.2.1 80 {\n"
                + (isDynamic ? checked.replace("\n}", "\nmisc_dynamic\n}") : checked) + "\n}\n}\n"));
    }

    private static void assertRow(Row row, ImportResult result) {
        assertThat(row.lines).isNotEmpty();
        assertThat(result.hasLoss()).as("%s", result.notes()).isEqualTo(!row.lost.isEmpty());
        if (row.lost.equals("its clients")) {
            assertThat(result.yaml()).isEmpty();
            return;
        }
        ImportedConfig.of(result);
        String yaml = result.yaml().replaceAll("\\s+", " ").replaceAll("\" - \"", "\", \"");
        assertThat(row.settings).allSatisfy(setting -> assertThat(yaml).contains(setting));
    }

    @Test
    void theTablesAreRead() throws IOException {
        assertThat(nginx()).hasSizeGreaterThan(55);
        assertThat(keepalived()).hasSizeGreaterThan(55);
        assertThat(nginx().mapToInt(row -> row.settings.size()).sum()).isGreaterThan(40);
        assertThat(keepalived().mapToInt(row -> row.settings.size()).sum()).isGreaterThan(40);
    }
}
