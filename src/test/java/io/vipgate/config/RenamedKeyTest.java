package io.vipgate.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Keys that had another name before. */
class RenamedKeyTest {
    /** A section. */
    record Limits(@Key(doc = "most of them", byDefault = "1", max = "9", formerly = {"most", "limit"}) int maximum,
            @Key(doc = "which", byDefault = "a") String kind) {}

    /** The file. */
    record Sample(@Key(doc = "limits", formerly = "bounds") Limits limits) {}

    /** A name for two keys. */
    record Twice(@Key(doc = "one", byDefault = "a") String one,
            @Key(doc = "two", byDefault = "b", formerly = "one") String two) {}

    private final Problems problems = new Problems("test.yaml");

    private Sample load(String text) {
        Binder binder = new Binder(problems, new Variables(Map.of()));
        Optional<Sample> sample = YamlTree.read(text, problems).flatMap(root -> binder.bind(Sample.class, root));
        return sample.orElseThrow();
    }

    private List<String> warnings() {
        return problems.warnings().stream().map(Problem::toString).toList();
    }

    private List<String> errors() {
        return problems.errors().stream().map(Problem::toString).toList();
    }

    @Test
    void earlierNameIsReadWithAWarningThatNamesThePresentOne() {
        Sample sample = load("bounds:\n  limit: 7\n");

        assertThat(sample.limits().maximum()).isEqualTo(7);
        assertThat(problems.none()).isTrue();
        assertThat(warnings()).containsExactly(
                "test.yaml:1: bounds: renamed (expected: limits; the earlier name is still read, a later version will refuse it)",
                "test.yaml:2: limits.limit: renamed (expected: maximum; the earlier name is still read, a later version will refuse it)");
    }

    @Test
    void presentNameIsNothingToSpeakOf() {
        assertThat(load("limits: { maximum: 7 }\n").limits().maximum()).isEqualTo(7);
        assertThat(warnings()).isEmpty();
        assertThat(problems.none()).isTrue();
    }

    @Test
    void rulesOfTheKeyHoldUnderAnEarlierNameToo() {
        load("limits:\n  most: 10\n");

        assertThat(errors()).containsExactly("test.yaml:2: limits.maximum: 10 (expected: at most 9)");
    }

    @Test
    void bothNamesAreOneTooMany() {
        load("limits:\n  maximum: 2\n  kind: b\n  most: 3\n");

        assertThat(errors()).containsExactly("test.yaml:4: limits.most: the same as maximum (expected: maximum alone)");
    }

    @Test
    void anEarlierNameIsNotSuggested() {
        load("limits:\n  mosst: 3\n");

        assertThat(errors()).singleElement().asString().contains("unknown key").doesNotContain("most");
    }

    @Test
    void anEarlierNameIsNobodyElsesName() {
        assertThatThrownBy(() -> Schema.of(Twice.class)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an earlier name that is another key's too: one");
    }
}
