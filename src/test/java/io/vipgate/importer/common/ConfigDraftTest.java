package io.vipgate.importer.common;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigDraftTest {
    private final Notes notes = new Notes();
    private final ConfigDraft draft = new ConfigDraft(notes);

    private static HostPort bind(String text) {
        int colon = text.lastIndexOf(':');
        int port = Integer.parseInt(text.substring(colon + 1));
        String host = HostPort.withoutBrackets(text.substring(0, colon));
        return host.isEmpty() ? HostPort.any(port) : HostPort.address(host, port).orElseThrow();
    }

    /** A listener on the binds, the first of which names it, with one endpoint of its own. */
    private void listener(int line, String name, String... binds) {
        DraftPool pool = new DraftPool(line, name);
        pool.add(endpoint(line, "192.0.2." + line + ":81"));
        draft.addListener(line, name, Stream.of(binds).map(ConfigDraftTest::bind).toList(), draft.addPool(pool));
    }

    private static DraftEndpoint endpoint(int line, String address) {
        return new DraftEndpoint(line, "", HostPort.endpoint(address, OptionalInt.empty()).orElseThrow());
    }

    private ImportResult finished() {
        return draft.finish("first", "empty");
    }

    private static List<String> losses(ImportResult result) {
        return result.notes().stream().filter(Note::isLoss).map(Note::toString).toList();
    }

    @ParameterizedTest
    @CsvSource({"203.0.113.1:80, 0.0.0.0:80", "0.0.0.0:80, 203.0.113.1:80", "203.0.113.1:80, ':80'",
        "':80', 203.0.113.1:80", "[2001:db8::1]:80, [::]:80", "[::]:80, [2001:db8::1]:80", "[::]:80, 203.0.113.1:80",
        "203.0.113.1:80, [::]:80", "0.0.0.0:80, [::]:80", "127.0.0.1:80, 0.0.0.0:80"})
    void aWildcardAndOneAddressOnTheSamePortAreBothKept(String one, String other) {
        listener(1, "one", one);
        listener(2, "other", other);

        ImportedConfig imported = ImportedConfig.of(finished());

        assertThat(imported.wiring("one")).isEqualTo(one + " -> one");
        assertThat(imported.wiring("other")).isEqualTo(other + " -> other");
        assertThat(losses(imported.result())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"203.0.113.1:80, 203.0.113.1:80", "0.0.0.0:80, 0.0.0.0:80", "':80', 0.0.0.0:80", "':80', [::]:80",
        "[2001:db8::1]:80, [2001:DB8:0::1]:80"})
    void theSecondOfTwoListenersOnTheSameAddressIsLeftOut(String one, String other) {
        listener(1, "one", one);
        listener(2, "other", other);

        ImportResult result = finished();

        assertThat(ImportedConfig.of(result).config().listeners()).containsOnlyKeys("one");
        assertThat(losses(result)).singleElement().asString().startsWith("line 2: ").contains("is already taken");
    }

    @ParameterizedTest
    @CsvSource({"0.0.0.0:80, [::]:80", "[::]:80, 0.0.0.0:80"})
    void ofBothFamiliesAListenerHasTheOneThatIsLeft(String taken, String rest) {
        listener(1, "one", taken);
        listener(2, "both", ":80");

        ImportedConfig imported = ImportedConfig.of(finished());

        assertThat(imported.wiring("both")).isEqualTo(rest + " -> both");
        assertThat(losses(imported.result())).singleElement().asString().contains("has " + rest + " alone");
    }

    @Test
    void anAddressThatIsListedTwiceIsNoLoss() {
        listener(1, "one", "203.0.113.1:80", "203.0.113.1:80");

        ImportedConfig imported = ImportedConfig.of(finished());

        assertThat(imported.wiring("one")).isEqualTo("203.0.113.1:80 -> one");
        assertThat(losses(imported.result())).isEmpty();
    }

    @Test
    void anEndpointThatIsTheListenerKeepsItsShareAndTheListenerNeedsAnotherAddress() {
        DraftPool pool = new DraftPool(1, "p");
        pool.add(endpoint(1, "192.0.2.10:80"));
        pool.add(endpoint(2, "192.0.2.11:80"));
        draft.addListener(1, "192-0-2-10-80", List.of(bind("192.0.2.10:80")), draft.addPool(pool));

        ImportedConfig imported = ImportedConfig.of(finished());

        assertThat(imported.endpoints("p")).containsExactly("192.0.2.10=192.0.2.10:80*1",
                "192.0.2.11=192.0.2.11:80*1");
        assertThat(imported.wiring("192-0-2-10-80")).isEqualTo("127.0.0.1:80 -> p");
        assertThat(losses(imported.result())).singleElement().asString().startsWith(
                "line 1: 192.0.2.10:80 is a server's own address; the listener needs another one, and clients must use it");
    }

    @Test
    void listenersOnTheAddressesOfEachOthersServersAreKeptApart() {
        DraftPool pool = new DraftPool(1, "p");
        List<HostPort> binds = new ArrayList<>();
        for (String address : List.of("192.0.2.10:80", "192.0.2.11:80", "127.0.0.1:80", "[2001:db8::1]:80")) {
            pool.add(endpoint(1, address));
            if (!address.startsWith("127")) {
                binds.add(bind(address));
            }
        }
        draft.addListener(1, "l", binds, draft.addPool(pool));

        assertThat(ImportedConfig.of(finished()).wiring("l")).isEqualTo("127.0.0.2:80 127.0.0.3:80 [::1]:80 -> p");
    }

    @ParameterizedTest
    @CsvSource({"0.0.0.0:80", "127.0.0.1:80", "':80'"})
    void aListenerWhoseEndpointIsTheGatewayItselfIsLeftOutWhole(String bind) {
        DraftPool pool = new DraftPool(1, "p");
        pool.add(endpoint(2, "127.0.0.1:80"));
        pool.add(endpoint(3, "192.0.2.11:80"));
        draft.addListener(1, "l", List.of(bind(bind)), draft.addPool(pool));
        listener(5, "other", "203.0.113.5:80");

        ImportResult result = finished();

        assertThat(ImportedConfig.of(result).config().listeners()).containsOnlyKeys("other");
        assertThat(losses(result)).singleElement().asString().startsWith("line 2: 127.0.0.1:80 is the gateway's own");
    }

    @ParameterizedTest
    @CsvSource({"500 500, 1 1", "1000 500 0, 2 1 0", "512 256 256, 2 1 1", "1024 4, 256 1", "257 257 257, 1 1 1",
        "65535 65535, 1 1", "256 1, 256 1", "100 50, 100 50", "999999999, 1"})
    void weightsThatCanBeDividedStayExactAndAreNotNoted(String weights, String expected) {
        ImportedConfig imported = weighted(weights, "");

        assertThat(weights(imported)).isEqualTo(expected);
        assertThat(losses(imported.result())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1000 1, 256 1, takes 99.61 % instead of 99.90 %", "1000 999, 256 256, takes 50.00 % instead of"})
    void weightsThatCannotBeDividedAreScaledAndTheErrorIsNoted(String weights, String expected, String error) {
        ImportedConfig imported = weighted(weights, "");

        assertThat(weights(imported)).isEqualTo(expected);
        assertThat(losses(imported.result())).singleElement().asString().contains(error);
    }

    @Test
    void backupsHaveAScaleOfTheirOwn() {
        ImportedConfig imported = weighted("500 500", "1");

        assertThat(weights(imported)).isEqualTo("1 1 1");
        assertThat(losses(imported.result())).isEmpty();
    }

    private ImportedConfig weighted(String primaries, String backups) {
        DraftPool pool = new DraftPool(1, "p");
        int port = 1;
        for (String weight : primaries.split(" ", -1)) {
            pool.add(endpoint(1, "192.0.2.1:" + port++).withWeight(Long.parseLong(weight)));
        }
        if (!backups.isEmpty()) {
            pool.add(endpoint(1, "192.0.2.1:" + port).withWeight(Long.parseLong(backups)).asBackup());
        }
        draft.addListener(1, "l", List.of(bind("203.0.113.1:80")), draft.addPool(pool));
        return ImportedConfig.of(finished());
    }

    private static String weights(ImportedConfig imported) {
        return imported.pool("p").endpoints().values().stream().map(each -> String.valueOf(each.weight()))
                .collect(Collectors.joining(" "));
    }

    @Test
    void theCountsSayHowMuchOfAFileIsWritten() {
        listener(1, "one", "203.0.113.1:80");
        listener(2, "other", "203.0.113.1:80");
        draft.missListener();
        draft.missEndpoint();

        assertThat(finished().counts()).isEqualTo(new ImportCounts(1, 3, 1, 1, 3));
    }
}
