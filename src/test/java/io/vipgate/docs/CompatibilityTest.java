package io.vipgate.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.ConfigLoader;
import io.vipgate.config.KeyTable;
import io.vipgate.config.Loaded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** What docs/upgrading.md promises: keys, metrics and the HTTP API. Their documents are held to the program by other tests. */
class CompatibilityTest {
    private static final Path DOCUMENTS = Path.of("docs");
    private static final Path SAMPLES = Path.of("src/test/resources/compatibility");
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete");

    /** {@code formerly `a`, `b`} at the end of a key's meaning. */
    private static Stream<String> formerNames(String path, String meaning) {
        int at = meaning.indexOf("; formerly ");
        String prefix = path.substring(0, path.lastIndexOf('.') + 1);
        return at < 0
                ? Stream.of()
                : Pattern.compile("`(\\w+)`").matcher(meaning.substring(at)).results()
                        .map(name -> prefix + name.group(1));
    }

    @Test
    void everyKeyIsStillRead() throws IOException {
        TreeSet<String> keys = new TreeSet<>();
        Map<String, String> renamed = new TreeMap<>();
        Pattern.compile("(?m)^\\| `([^`]+)` \\| [^|]* \\| (.*) \\|$").matcher(KeyTable.markdown()).results()
                .forEach(row -> {
                    keys.add(row.group(1));
                    formerNames(row.group(1), row.group(2)).forEach(name -> renamed.put(name, row.group(1)));
                });
        // A section that had another name takes its keys along.
        renamed.forEach((earlier, present) -> List.copyOf(keys).stream()
                .filter(key -> key.equals(present) || key.startsWith(present + "."))
                .forEach(key -> keys.add(earlier + key.substring(present.length()))));

        Promise.assertKept("keys", keys);
    }

    @Test
    void earlierNamesCountAsKeys() {
        assertThat(formerNames("pools.P.balance", "the rule; formerly `rule`, `method`"))
                .containsExactly("pools.P.rule", "pools.P.method");
        assertThat(formerNames("pools", "pools by name")).isEmpty();
    }

    @Test
    void everyMetricIsStillServedWithItsTypeAndLabels() throws IOException {
        String document = Files.readString(DOCUMENTS.resolve("observability.md"));
        List<String> metrics = Pattern.compile("(?m)^\\| `(vipgate_\\w+)` \\| (\\w+)[^|]* \\| ?([\\w, ]*)\\|")
                .matcher(document).results()
                .map(row -> (row.group(1) + " " + row.group(2) + " " + row.group(3).strip()).strip()).toList();

        Promise.assertKept("metrics", metrics);
    }

    @Test
    void everyCallAndMemberOfTheApiIsStillThere() throws IOException {
        Map<?, ?> root = new Yaml().load(Files.readString(DOCUMENTS.resolve("openapi.yaml")));
        List<String> api = new ArrayList<>();
        section(root, "paths").forEach((path, calls) -> ((Map<?, ?>) calls).forEach((method, call) -> {
            if (METHODS.contains((String) method)) {
                calls(method + " " + path, (Map<?, ?>) call, api);
            }
        }));
        section(section(root, "components"), "schemas").forEach((name, schema) -> {
            Object required = ((Map<?, ?>) schema).get("required");
            section((Map<?, ?>) schema, "properties").forEach((member, type) -> api.add(name + "." + member
                    + (required instanceof List<?> names && names.contains(member) ? " always " : " ")
                    + ((Map<?, ?>) type).get("type")));
        });

        Promise.assertKept("api", api);
    }

    private static void calls(String call, Map<?, ?> description, List<String> api) {
        api.add(call);
        if (description.get("parameters") instanceof List<?> parameters) {
            for (Object each : parameters) {
                Map<?, ?> parameter = (Map<?, ?>) each;
                Object reference = parameter.get("$ref");
                api.add(call + " " + (reference == null
                        ? parameter.get("name")
                        : reference.toString().substring(reference.toString().lastIndexOf('/') + 1)));
            }
        }
        section(description, "responses").keySet().forEach(status -> api.add(call + " " + status));
    }

    private static Map<?, ?> section(Map<?, ?> of, String name) {
        return of.get(name) instanceof Map<?, ?> map ? map : Map.of();
    }

    @Test
    void theFirstVersionsFullConfigurationIsStillReadWithoutAWarning() throws IOException {
        byte[] sample = Files.readAllBytes(SAMPLES.resolve("gateway-0.1.0.yaml"));

        assertThat(ConfigLoader.parse("gateway-0.1.0.yaml", sample, Map.of())).isInstanceOfSatisfying(Loaded.class,
                // Where vipgate is not installed.
                loaded -> assertThat(loaded.warnings()).allSatisfy(
                        warning -> assertThat(warning.message()).contains("there is no directory")));
    }
}
