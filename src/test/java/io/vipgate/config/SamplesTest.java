package io.vipgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.Node.MapNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The files in {@code config/}. */
class SamplesTest {
    /** The project's directory. */
    static final Path BASE = Path.of(System.getProperty("vipgate.basedir", ""));

    @Test
    void theSmallSampleIsValid() {
        LoadResult result = ConfigLoader.load(BASE.resolve("config/gateway.yaml"), Map.of());

        assertThat(result).isInstanceOfSatisfying(Loaded.class, loaded -> {
            assertThat(loaded.warnings()).isEmpty();
            assertThat(Loads.nginx(loaded.config()).endpoints().keySet()).containsExactly("vip1", "vip2");
        });
    }

    @Test
    void whatTheSmallSampleCommentsOutIsValidToo() throws IOException {
        String text = Files.readString(BASE.resolve("config/gateway.yaml")).replaceAll("(?m)^( *)# (\\w+: [\\w{].*)$",
                "$1$2");

        assertThat(Loads.valid(text).config().admin()).isPresent();
        assertThat(Loads.nginx(Loads.valid(text).config()).probe().http()).isPresent();
    }

    @Test
    void theFullSampleIsValidAndWritesEveryKey() throws IOException {
        String text = Files.readString(BASE.resolve("config/gateway-full.yaml"));

        Loaded loaded = Loads.valid(text);

        // Where vipgate is not installed.
        assertThat(loaded.warnings()).allSatisfy(
                warning -> assertThat(warning.message()).contains("there is no directory /etc/vipgate/deny yet"));
        assertThat(patternsIn(text)).isEqualTo(known());
    }

    @Test
    void everySectionOfTheFullSampleHasAComment() throws IOException {
        String previous = "";
        for (String line : Files.readString(BASE.resolve("config/gateway-full.yaml")).lines().toList()) {
            boolean topLevel = line.matches("[a-zA-Z]+:.*") && !line.startsWith("listeners:")
                    && !line.startsWith("pools:");
            assertThat(!topLevel || previous.startsWith("#")).as("a comment above " + line).isTrue();
            previous = line;
        }
    }

    private static Set<String> known() {
        Set<String> known = new TreeSet<>();
        KeyTable.rows().forEach(row -> known.add(row.path()));
        return known;
    }

    /** The keys written, with a capital for the operator's names. */
    private static Set<String> patternsIn(String text) {
        Problems problems = new Problems("test.yaml");
        Binder binder = new Binder(problems, new Variables(Map.of()));
        MapNode root = YamlTree.read(text, problems).orElseThrow();
        assertThat(binder.bind(GatewayConfig.class, root)).isPresent();
        Set<String> patterns = new TreeSet<>();
        for (KeyPath path : binder.written().paths()) {
            String pattern = path.toString().replaceAll("^(listeners)\\.[\\w-]+", "$1.L")
                    .replaceAll("^(pools)\\.[\\w-]+", "$1.P")
                    .replaceAll("\\.endpoints\\.[\\w-]+", ".endpoints.E").replaceAll("\\[\\d+]", "[]");
            if (binder.written().at(path).orElseThrow().key().isPresent()) {
                patterns.add(pattern);
            }
        }
        return patterns;
    }
}
