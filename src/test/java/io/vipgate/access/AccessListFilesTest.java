package io.vipgate.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of networks: what is read, what is wrong in them, and where. */
class AccessListFilesTest {
    @TempDir
    Path directory;

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private AccessList.Reading readDeny(String... entries) {
        return AccessList.read(List.of(), AccessListTest.lines(List.of(entries), 101));
    }

    private List<String> faults(String... entries) {
        AccessList.Reading reading = readDeny(entries);
        assertThat(reading.list()).isEmpty();
        return reading.faults().stream().map(fault -> fault.toString().replace(directory.toString(), "D")).toList();
    }

    private AccessList deny(String... entries) {
        AccessList.Reading reading = readDeny(entries);
        assertThat(reading.faults()).isEmpty();
        return reading.list().orElseThrow();
    }

    private static AccessList.Decision decide(AccessList list, String address) {
        Prefix prefix = Prefix.require(address);
        return list.decide(prefix.high(), prefix.low());
    }

    @Test
    void aFileHasOneNetworkPerLineAndComments() throws IOException {
        Path file = write("a.txt", "\ufeff192.0.2.1\r\n\r\n# a comment, \u00e4\u00f6\n  ; another\n"
                + "198.51.100.0/24 ; SBL1\n\t2001:db8::/32#x\n203.0.113.7");

        AccessList list = deny("file:" + file);

        assertThat(list.size()).isEqualTo(4);
        assertThat(decide(list, "192.0.2.1")).isEqualTo(new AccessList.Decision(false, true, "192.0.2.1", file + ":1"));
        assertThat(decide(list, "198.51.100.9").origin()).isEqualTo(file + ":5");
        assertThat(decide(list, "2001:db8::9").origin()).isEqualTo(file + ":6");
        assertThat(decide(list, "203.0.113.7").origin()).isEqualTo(file + ":7");
        assertThat(decide(list, "192.0.2.2").isAllowed()).isTrue();
    }

    @Test
    void eachFaultHasItsLine() throws IOException {
        Path file = write("a.txt", "192.0.2.1/24\n192.0.2.1 drop\n1.2.3.4/40\nexample.com\n192.0.2.2\n\u001b[2J\n"
                + "x".repeat(201) + "\n" + " ".repeat(500) + "192.0.2.3\n");

        String network = " (expected: an address or a network, such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32)";
        assertThat(faults("file:" + file)).containsExactly("D/a.txt:1: 192.0.2.1/24 (expected: 192.0.2.0/24)",
                "D/a.txt:2: 192.0.2.1 drop" + network, "D/a.txt:3: 1.2.3.4/40" + network,
                "D/a.txt:4: example.com" + network, "D/a.txt:6: \"\\x1b[2J\"" + network,
                "D/a.txt:7: \"" + "x".repeat(80) + "...\"" + network);
    }

    @Test
    void whatIsNotUtf8IsNoNetwork() throws IOException {
        Path latin = Files.write(directory.resolve("latin.txt"),
                new byte[]{(byte) 0xe4, '\n', '1', '.', '1', '.', '1', '.',
                    '1', ' ', '#', (byte) 0xfc, '\n'});
        Path wide = Files.write(directory.resolve("wide.txt"), "192.0.2.1\n".getBytes(StandardCharsets.UTF_16));

        assertThat(faults("file:" + latin)).singleElement().asString().startsWith("D/latin.txt:1: ");
        assertThat(faults("file:" + wide)).singleElement().asString()
                .isEqualTo("D/wide.txt: is UTF-16 (expected: UTF-8)");
    }

    @Test
    void noMoreFaultsAreToldThanAPersonReads() throws IOException {
        Path file = write("a.txt", "nonsense\n".repeat(1_000));

        List<String> told = faults("file:" + file);

        assertThat(told).hasSize(21).last().isEqualTo("D/a.txt:20: and 980 more");
    }

    @Test
    void aPatternTakesTheFilesThatThereAreInTheirNamesOrder() throws IOException {
        write("b.txt", "192.0.2.2\n");
        write("a.txt", "192.0.2.1\n");
        write(".a.txt.swp.txt", "nonsense\n");
        write("a.txt~", "nonsense\n");
        Files.createDirectory(directory.resolve("old.txt"));

        AccessList list = deny("file:" + directory + "/*.txt");

        assertThat(list.size()).isEqualTo(2);
        assertThat(decide(list, "192.0.2.2").origin()).isEqualTo(directory + "/b.txt:1");
        assertThat(deny("file:" + directory + "/*.list").size()).isZero();
        assertThat(faults("file:" + directory + "/.*.txt")).hasSize(1);
    }

    @Test
    void aFileThatIsMissingIsAnErrorAndADirectoryThatIsNotThereYetIsEmpty() throws IOException {
        Files.createSymbolicLink(directory.resolve("gone.txt"), directory.resolve("nowhere"));

        assertThat(faults("file:" + directory + "/no.txt", "file:" + directory + "/none/*.txt", "file:" + directory,
                "file:" + directory + "/*.txt")).containsExactly("D/no.txt: no such file",
                        "D: is a directory (expected: a file, or file:D/*.txt)", "D/gone.txt: no such file");
        assertThat(deny("file:" + directory + "/none/*.t").size()).isZero();
        assertThat(faults("file:/dev/zero")).containsExactly("/dev/zero: is no regular file (expected: a file)");
        assertThat(readDeny("file:" + directory + "/no.txt").faults().getFirst().line().origin())
                .isEqualTo("gateway.yaml:101");
    }

    @Test
    void theSameNetworkInAFileOfEachListNamesBothLines() throws IOException {
        Path deny = write("deny.txt", "203.0.113.0/24\n192.0.2.0/24\n");
        Path allow = write("allow.txt", "#\n192.0.2.0/24\n");

        AccessList.Reading reading = AccessList.read(AccessListTest.lines(List.of("file:" + allow), 1),
                AccessListTest.lines(List.of("198.51.100.0/24", "file:" + deny), 101));

        assertThat(reading.faults()).map(AccessFault::toString).containsExactly(deny
                + ":2: 192.0.2.0/24 (expected: in one of both lists; allow has it at " + allow + ":2)");
        assertThat(reading.faults().getFirst().line().origin()).isEqualTo("gateway.yaml:102");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:", "file:deny.txt", "file:/etc/*/deny.txt", "file:/etc/", "file:/etc/[.txt"})
    void aPathThatNeverWorksIsNone(String entry) {
        assertThatThrownBy(() -> AccessEntry.parse(entry)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("expected: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:/etc/vipgate/deny/*.txt", "file:/etc/a b.txt", "192.0.2.0/24", "2001:db8::1"})
    void anEntryIsWrittenAsItIsRead(String entry) {
        assertThat(AccessEntry.parse(entry)).hasToString(entry);
    }

    @Test
    void aListWithOtherNetworksIsAnotherOne() throws IOException {
        Path file = write("a.txt", "192.0.2.1\n198.51.100.0/24\n");
        AccessList list = deny("file:" + file);

        assertThat(list.hasSameNetworks(deny("file:" + file))).isTrue();
        assertThat(list.hasSameNetworks(deny("192.0.2.1", "198.51.100.0/24"))).isTrue();
        assertThat(list.hasSameNetworks(deny("192.0.2.1", "198.51.100.0/25"))).isFalse();
        assertThat(list.hasSameNetworks(deny("192.0.2.1"))).isFalse();
        assertThat(list.hasSameNetworks(
                AccessListTest.list(List.of("192.0.2.1"), List.of("198.51.100.0/24")))).isFalse();
    }

    /** Lines cross the reader's buffer at every place. */
    @Test
    void aMillionNetworksAreReadAndOneMoreIsTooMany() throws IOException {
        Random random = new Random(1);
        StringBuilder text = new StringBuilder(16_000_000);
        List<String> some = new ArrayList<>();
        for (int i = 0; i < 1_000_000; i++) {
            int address = i * 0x9e3779b1;
            String network = i % 3 == 0
                    ? "2001:db8:" + Integer.toHexString(i >>> 16) + ":" + Integer.toHexString(i & 0xffff) + "::/64"
                    : (address >>> 24) + "." + (address >>> 16 & 0xff) + "." + (address >>> 8 & 0xff) + "."
                            + (address & 0xff);
            text.append(network).append('\n');
            if (random.nextInt(10_000) == 0) {
                some.add(network.replace("/64", "1") + " " + (i + 1));
            }
        }
        Path file = write("million.txt", text.toString());

        AccessList list = deny("file:" + file);

        assertThat(list.size()).isEqualTo(1_000_000);
        assertThat(some).hasSizeGreaterThan(50)
                .allSatisfy(each -> assertThat(decide(list, each.split(" ", -1)[0]).origin())
                        .isEqualTo(file + ":" + each.split(" ", -1)[1]));
        assertThat(faults("file:" + file, "192.0.2.0/24", "192.0.2.1")).containsExactly(
                "gateway.yaml:102: too many networks (expected: at most 1,000,000 in both lists and all files)");
    }
}
