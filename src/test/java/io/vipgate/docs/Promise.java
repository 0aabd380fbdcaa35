package io.vipgate.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What users build on, as lists below {@code src/test/resources/compatibility}: what stands there may not go away, as
 * {@code docs/upgrading.md} promises. The first line of a list names the version it was taken of. A version with another number
 * makes it anew, with the system property {@code vipgate.promise=record}: what has been added meanwhile is promised from then on.
 *
 * <p>Stateless.
 */
public final class Promise {
    private static final Path LISTS = Path.of("src/test/resources/compatibility");

    private Promise() {}

    private static String version() throws IOException {
        Matcher version = Pattern.compile("<artifactId>vipgate</artifactId>\\s*<version>([^<]+)</version>")
                .matcher(Files.readString(Path.of("pom.xml")));
        assertThat(version.find()).as("the version in pom.xml").isTrue();
        return version.group(1);
    }

    /** Fails when something of the list is not among what there is now, or when the list is not this version's. */
    public static void assertKept(String list, Collection<String> now) throws IOException {
        Path file = LISTS.resolve(list + ".txt");
        List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of("");
        String head = "# vipgate " + version();
        TreeSet<String> promised = new TreeSet<>(lines.subList(1, lines.size()));
        if (System.getProperty("vipgate.promise", "").equals("record")) {
            promised.addAll(now);
            List<String> anew = new ArrayList<>(promised);
            anew.addFirst(head);
            Files.write(file, anew);
            return;
        }
        assertThat(promised).as("the promise of %s", file).isNotEmpty();
        TreeSet<String> gone = new TreeSet<>(promised);
        gone.removeAll(now);
        assertThat(gone)
                .as("""
                        %s: these are gone, or are not what they were. docs/upgrading.md promises them to whoever has built on them. Keep \
                        them: a key that is renamed has its earlier name in @Key's `formerly`, a metric or a field goes on beside its \
                        successor. Only when the time that is promised there has passed, take the lines out of the list, and tell it in the \
                        CHANGELOG under Removed""",
                        file)
                .isEmpty();
        assertThat(lines.getFirst())
                .as("%s is of another version; mvn -Dtest='CompatibilityTest,LineFieldsTest,CommandWordsTest' "
                        + "-Dvipgate.promise=record test, then look at the difference", file)
                .isEqualTo(head);
    }
}
