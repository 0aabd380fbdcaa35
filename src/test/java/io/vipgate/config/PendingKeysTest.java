package io.vipgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.Node.MapNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** With declarations of its own, since those of the real keys change from version to version. */
class PendingKeysTest {
    /** All the ways of being pending. */
    record Declared(@Key(doc = "here") LogConfig ready,
            @Key(doc = "not yet", pending = true) RuntimeConfig whole,
            @Key(doc = "not yet", pending = true, off = "format=text") LogConfig section,
            @Key(doc = "not yet", pending = true, off = "0s", byDefault = "0s") java.time.Duration single,
            @Key(doc = "in parts") Inner part, @Key(doc = "not yet", pending = true) Inner nested) {}

    /** A part. */
    record Inner(@Key(doc = "not yet", pending = true, byDefault = "x") String late,
            @Key(doc = "here", byDefault = "x") String early) {}

    private static List<String> pending(String text) {
        Problems problems = new Problems("test.yaml");
        Binder binder = new Binder(problems, new Variables(Map.of()));
        Optional<MapNode> root = YamlTree.read(text, problems);
        assertThat(binder.bind(Declared.class, root.orElseThrow())).isPresent();
        assertThat(problems.errors()).isEmpty();
        return PendingKeys.in(binder.written());
    }

    @Test
    void onlyWhatIsWrittenIsPending() {
        assertThat(pending("ready: { level: warn }")).isEmpty();
        assertThat(pending("whole: {}")).containsExactly("whole");
    }

    @Test
    void theOutermostPathIsNamedInFileOrder() {
        assertThat(pending("single: 1s\npart: { early: y, late: y }\nwhole: { eventLoops: 3 }\n")).containsExactly(
                "single", "part.late",
                "whole");
    }

    @Test
    void aPendingKeyWithinAPendingSectionIsNotNamedAgain() {
        assertThat(pending("nested: { late: y }")).containsExactly("nested");
    }

    @Test
    void whatIsSwitchedOffAsksForNothing() {
        assertThat(pending("single: 0s\nsection: { format: text, level: warn }\n")).isEmpty();
        assertThat(pending("section: { format: json }")).containsExactly("section");
        assertThat(pending("section: {}")).containsExactly("section");
    }

    @Test
    void aProbeOfTypeNoneIsNeverPending() {
        assertThat(Loads.valid(Loads.POOL + "    probe: { type: none }\n").pendingKeys()).isEmpty();
    }
}
