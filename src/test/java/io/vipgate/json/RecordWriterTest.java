package io.vipgate.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecordWriterTest {
    record Inner(int number, boolean truth) {}

    record Outer(String text, @Nullable String none, long whole, @Decimals(1) double rounded,
            @Decimals(3) @Nullable Double unknown, Instant at, Inner inner, List<Inner> items, List<String> texts,
            Map<String, Long> counts) {}

    record Columns(@Decimals(1) Supplier<float[]> tenths, @Decimals(3) Supplier<double[]> moments) {}

    record Optionals(@OmitNull @Nullable Inner left, @Nullable Inner shown) {}

    record Nothing() {}

    record Wrong(Object value) {}

    @Test
    void membersStandByTheirNamesAndInTheirOrder() throws JsonException {
        String text = RecordWriter.write(new Outer("a \"b\"\n\u00e9", null, 1L << 60, 2.25, null,
                Instant.parse("2026-11-25T10:00:00.123456Z"), new Inner(-1, true), List.of(new Inner(2, false)),
                List.of("x", "y"), new TreeMap<>(Map.of("n", 3L))));

        assertThat(text).isEqualTo("{\"text\": \"a \\\"b\\\"\\n\\u00e9\", \"none\": null, "
                + "\"whole\": 1152921504606846976, \"rounded\": 2.2, \"unknown\": null, "
                + "\"at\": \"2026-11-25T10:00:00.123Z\", \"inner\": {\"number\": -1, \"truth\": true}, "
                + "\"items\": [{\"number\": 2, \"truth\": false}], \"texts\": [\"x\", \"y\"], "
                + "\"counts\": {\"n\": 3}}");
        assertThat(JsonParser.parse(text)).hasToString(text);
    }

    @Test
    void arraysOfFractionsAreShort() {
        assertThat(RecordWriter.write(new Columns(() -> new float[]{0, 0.5f, 12.04f, 3_000_000, Float.NaN, -0.25f},
                () -> new double[]{1.5, 1_700_000_000.123, 2.01, 7})))
                .isEqualTo("{\"tenths\": [0,0.5,12,3000000,null,-0.2], \"moments\": [1.5,1700000000.123,2.01,7]}");
    }

    @Test
    void numbersAreTheSameInEveryCountry() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);
            assertThat(RecordWriter.write(new Columns(() -> new float[]{0.5f}, () -> new double[0])))
                    .isEqualTo("{\"tenths\": [0.5], \"moments\": []}");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void nullIsWrittenUnlessItIsToBeOmitted() {
        assertThat(RecordWriter.write(new Optionals(null, null))).isEqualTo("{\"shown\": null}");
        assertThat(RecordWriter.write(new Optionals(new Inner(1, true), new Inner(2, true))))
                .startsWith("{\"left\": {\"number\": 1");
        assertThat(RecordWriter.write(new Nothing())).isEqualTo("{}");
    }

    @Test
    void whatHasNoFormInJsonIsRefused() {
        assertThatThrownBy(() -> RecordWriter.write(new Wrong(new Object())))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("java.lang.Object");
    }
}
