package io.vipgate;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The picture of the packages in ARCHITECTURE.md is that of the classes' dependencies. */
class PackageMapTest {
    private static final Path DOCUMENT = Path.of("ARCHITECTURE.md");
    private static final String BEGIN = "<!-- packages:begin -->\n";
    private static final String END = "<!-- packages:end -->";
    private static final String ROOT = "io.vipgate";

    private static Map<String, Set<String>> dependencies() {
        JavaClasses classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages(ROOT);
        Map<String, Set<String>> uses = new TreeMap<>();
        for (JavaClass user : classes) {
            Set<String> used = uses.computeIfAbsent(name(user), _ -> new TreeSet<>());
            user.getDirectDependenciesFromSelf().stream().map(dependency -> dependency.getTargetClass())
                    .filter(target -> target.getPackageName().startsWith(ROOT)).map(PackageMapTest::name)
                    .filter(target -> !target.equals(name(user))).forEach(used::add);
        }
        return uses;
    }

    private static String name(JavaClass each) {
        String name = each.getPackageName();
        return name.equals(ROOT) ? "Main" : name.substring(ROOT.length() + 1);
    }

    /** What is reached from a package, itself left out. */
    private static Set<String> reached(Map<String, Set<String>> uses, String from) {
        Set<String> all = new TreeSet<>();
        for (String next : uses.getOrDefault(from, Set.of())) {
            if (all.add(next)) {
                all.addAll(reached(uses, next));
            }
        }
        return all;
    }

    /** The arrows that say what others do not say already. */
    private static String picture(Map<String, Set<String>> uses) {
        StringBuilder text = new StringBuilder("```mermaid\ngraph TD\n");
        uses.forEach((user, used) -> {
            Set<String> indirect = used.stream().flatMap(each -> reached(uses, each).stream())
                    .collect(Collectors.toSet());
            used.stream().filter(each -> !indirect.contains(each))
                    .forEach(each -> text.append("  ").append(user).append(" --> ").append(each).append('\n'));
        });
        return text.append("```\n").toString();
    }

    @Test
    void thePictureInTheDocumentIsThatOfTheImports() throws IOException {
        String document = Files.readString(DOCUMENT);
        int begin = document.indexOf(BEGIN);
        int end = document.indexOf(END);

        assertThat(begin).as("the marker %s", BEGIN).isNotNegative();
        assertThat(end).as("the marker %s", END).isGreaterThan(begin);
        assertThat(document.substring(begin + BEGIN.length(), end))
                .as("the picture in ARCHITECTURE.md, which is to be replaced by the actual one")
                .isEqualTo(picture(dependencies()));
    }

    @Test
    void thePictureLeavesOutWhatFollowsFromOtherArrows() {
        Map<String, Set<String>> uses = new TreeMap<>(
                Map.of("a", Set.of("b", "c"), "b", Set.of("c"), "c", Set.of()));

        assertThat(picture(uses)).isEqualTo("```mermaid\ngraph TD\n  a --> b\n  b --> c\n```\n");
    }

    @Test
    void everyPackageStandsInTheTable() throws IOException {
        String document = Files.readString(DOCUMENT);

        assertThat(dependencies().keySet()).hasSizeGreaterThan(25).filteredOn(each -> !each.equals("Main"))
                .allSatisfy(each -> assertThat(document).contains("`" + each + "`"));
    }
}
