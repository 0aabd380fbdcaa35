package io.vipgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** The key table of docs/configuration.md is the records' own. */
class ConfigReferenceTest {
    private static final String BEGIN = "<!-- keys:begin -->\n";
    private static final String END = "<!-- keys:end -->";

    @Test
    void theReferenceHasTheTableOfKeys() throws IOException {
        String reference = Files.readString(SamplesTest.BASE.resolve("docs/configuration.md"));

        int begin = reference.indexOf(BEGIN);
        int end = reference.indexOf(END);

        assertThat(begin).as("the marker %s in docs/configuration.md", BEGIN).isNotNegative();
        assertThat(end).as("the marker %s in docs/configuration.md", END).isGreaterThan(begin);
        assertThat(reference.substring(begin + BEGIN.length(), end))
                .as("the table of docs/configuration.md between the markers; put this there:\n%s",
                        KeyTable.markdown())
                .isEqualTo(KeyTable.markdown());
    }

    @Test
    void everyKeyHasItsRow() {
        assertThat(KeyTable.rows()).extracting(KeyTable.Row::path).doesNotHaveDuplicates().contains("listeners.L.bind",
                "pools.P.endpoints.E.weight", "pools.P.probe.http.expectStatus", "admin.bind", "accessLog.sample");
        assertThat(KeyTable.rows()).filteredOn(row -> row.path().equals("pools.P.endpoints.E.weight")).first()
                .isEqualTo(new KeyTable.Row("pools.P.endpoints.E.weight", "`1`",
                        "share of new connections against the others'; 0 takes nothing new (0 to 256)"));
    }

    @Test
    void everyRowHasAMeaning() {
        assertThat(KeyTable.rows()).allSatisfy(row -> assertThat(row.meaning()).isNotBlank().doesNotContain("\n"));
    }
}
