package io.vipgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a file can do to its reader. */
@Timeout(10)
class YamlTreeTest {
    private static void soleProblem(String text, String start, String part) {
        assertThat(Loads.problems(text)).singleElement().asString().startsWith(start).contains(part);
    }

    private static void soleProblem(byte[] content, String start, String part) {
        assertThat(Loads.problems(ConfigLoader.parse("test.yaml", content, Map.of()))).singleElement().asString()
                .startsWith(start)
                .contains(part);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n", "# only a comment\n", "---\n", "---\n...\n", "~\n", "null"})
    void anEmptyFileIsSaidToBeEmpty(String text) {
        soleProblem(text, "1: the file is empty", "listeners and pools");
    }

    @Test
    void aFileMustBeAMapping() {
        soleProblem("\n- a\n- b\n", "2: a list", "expected: keys with values");
        soleProblem("hello\n", "1: a single value", "expected: keys with values");
    }

    @Test
    void duplicateKeysNameTheFirst() {
        soleProblem(Loads.POOL + "log: {}\nruntime: {}\nlog: { level: warn }\n", "7: log: duplicate key",
                "first on line 5");
    }

    @Test
    void severalDocumentsAreOneTooMany() {
        soleProblem(Loads.POOL + "---\na: 1\n", "5: a second document", "expected: one document");
    }

    @ParameterizedTest
    @ValueSource(strings = {"!!str text", "!foo text", "!!java.net.URL [x]", "! text", "!!map {}",
        "!!javax.script.ScriptEngineManager {}"})
    void tagsAreNotAllowed(String value) {
        assertThat(Loads.problems(Loads.POOL + "stateFile: " + value)).first().asString()
                .startsWith("5: stateFile: the tag ")
                .contains("tags are not allowed");
    }

    @Test
    void mergeKeysAreNotSupported() {
        soleProblem(
                Loads.POOL.replace("  nginx:", "  other: &o { endpoints: { a: 192.0.2.1:80 } }\n  nginx:\n    <<: *o"),
                "5: pools.nginx.<<: merge keys are not supported", "written out");
    }

    @Test
    void keysAreText() {
        soleProblem(Loads.POOL + "? [a, b]\n: c\n", "5: a key that is not plain text", "");
        soleProblem(Loads.POOL + "? {a: b}\n: c\n", "5: a key that is not plain text", "");
        soleProblem(Loads.POOL + "\"\": c\n", "5: an empty key", "");
    }

    @Test
    void aliasesMustHaveAnAnchorAbove() {
        soleProblem(Loads.POOL + "stateFile: *none\n", "5: stateFile: *none", "an alias of an anchor above");
    }

    @Test
    void anAliasWithinItsAnchorIsRecursion() {
        soleProblem(Loads.POOL + "log: &l { level: info, more: *l }\n", "5: log.more: *l stands inside &l itself", "");
        soleProblem("&a [*a]", "1: [0]: *a stands inside", "");
    }

    @Test
    void anAliasBombIsDefused() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 30; i++) {
            bomb.append("a").append(i).append(": &a").append(i).append(" [");
            bomb.repeat("*a" + (i - 1) + ", ", 9).append("*a").append(i - 1).append("]\n");
        }

        soleProblem(bomb.toString(), "5: a4[", "more than 20000 values");
    }

    @Test
    void nestingIsBounded() {
        soleProblem("a: " + "[".repeat(500_000), "1: nested more than 32 levels deep", "");
        soleProblem("a: " + "{x: ".repeat(200_000), "1: nested more than 32 levels deep", "");
        soleProblem("- ".repeat(400_000), "1: nested more than 32 levels deep", "");
    }

    @Test
    void sizeIsBounded() {
        soleProblem("a: " + "x".repeat(20_000), "1: a: a value of 20000 characters", "at most 16384");
        soleProblem("a: \"" + "x".repeat(900_000) + "\"", "1: a: a value of 900000 characters", "");
        soleProblem("a: [" + "x, ".repeat(100_000) + "]", "1: a[", "more than 20000 values");
        soleProblem(new byte[ConfigLoader.MAX_BYTES + 1], " longer than 1 MiB", "");
    }

    @Test
    void manyMistakesAreStillFast() {
        StringBuilder text = new StringBuilder("listeners:\n");
        for (int i = 0; i < 3000; i++) {
            text.append("  l").append(i).append(": { bind: 203.0.113.1:80, pool: p").append(i).append(" }\n");
        }
        text.append("pools:\n");
        for (int i = 0; i < 500; i++) {
            text.append("  q").append(i).append(": { endpoints: { e: 192.0.2.1:80 } }\n");
        }
        long start = System.nanoTime();

        LoadResult result = Loads.load(text.toString());

        assertThat(Loads.problems(result)).hasSize(5999);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void otherEncodingsAreNamed() {
        soleProblem(Loads.POOL.getBytes(StandardCharsets.UTF_16), "1: the file is UTF-16", "expected: UTF-8");
        soleProblem(new byte[]{(byte) 0xFF, (byte) 0xFE, 'a', 0}, "1: the file is UTF-16", "");
        soleProblem("a: 1\nb: \u00e9\n".getBytes(StandardCharsets.ISO_8859_1), "2: not valid UTF-8", "");
        soleProblem(new byte[]{'a', '\r', '\n', '\n', (byte) 0xC3}, "3: not valid UTF-8", "");
        assertThat(Loads.valid("\uFEFF" + Loads.POOL)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0000", "\u0007", "\u001b", "\u007f", "\u0081", "\uFEFF", "\uFFFE"})
    void controlCharactersAreNamedWithTheirLine(String character) {
        soleProblem(Loads.POOL + "# " + character + "\n",
                "5: the character U+%04X".formatted((int) character.charAt(0)), "");
    }

    @Test
    void controlCharactersInEscapesAreRefusedToo() {
        soleProblem(Loads.POOL + "stateFile: \"a\\0b\"\n", "5: stateFile: \"a\\x00b\" (expected: text without control",
                "");
    }

    @Test
    void syntaxErrorsAreOneProblemOnTheirLine() {
        soleProblem(Loads.POOL + "log: {\n  level: info\n", "5: not valid YAML: ", "flow mapping");
        soleProblem(Loads.POOL + "a: b: c\n", "5: not valid YAML: mapping values are not allowed here", "");
        soleProblem(Loads.POOL + "log:\n\tlevel: info\n", "6: not valid YAML: ", "TAB");
        soleProblem(Loads.POOL + "stateFile: \"abc\nlog: {}\n\n", "5: not valid YAML: ", "quoted scalar");
        soleProblem(Loads.POOL + "a: @b\n", "5: not valid YAML: ", "");
        soleProblem(Loads.POOL + "%YAML 99999999999999.1\n", "5: not valid YAML: ", "");
        soleProblem("%YAML 99999999999999.1\n---\n", "1: not valid YAML: ", "");
        soleProblem(Loads.POOL + "a: \"\\UFFFFFFFF\"\n", "5: not valid YAML: ", "");
    }
}
