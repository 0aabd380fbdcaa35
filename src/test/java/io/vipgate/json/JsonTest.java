package io.vipgate.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Test
    void whatIsWrittenIsReadAgain() throws JsonException {
        Json value = Json.object().with("text", "a \"quoted\" \\ line\nand é \u0007 \ud83d\ude00")
                .with("whole", 1L << 60)
                .with("part", Json.of(0.125, 2)).with("truth", true).with("nothing", (String) null)
                .with("list", Json.of(List.of(Json.of(1), Json.of(List.of()), Json.object().build()))).build();

        assertThat(JsonParser.parse(value.toString())).isEqualTo(value);
        assertThat(value.toString())
                .startsWith("{\"text\": \"a \\\"quoted\\\" \\\\ line\\nand \\u00e9 \\u0007 \\ud83d");
    }

    @Test
    void numbersAreWrittenPlainly() {
        assertThat(Json.of(1200.0, 1).toString()).isEqualTo("1200");
        assertThat(Json.of(0.0, 3).toString()).isEqualTo("0");
        assertThat(Json.of(2.0 / 3, 3).toString()).isEqualTo("0.667");
    }

    @Test
    void questionsAnswerForEveryValue() throws JsonException {
        Json value = JsonParser.parse(" {\"a\": [1, {\"b\": \"x\"}], \"n\": 1.5e1, \"t\": true} ");

        assertThat(value.get("a").list().get(1).get("b").text()).isEqualTo("x");
        assertThat(value.get("n").whole()).contains(15);
        assertThat(value.get("t").isTrue()).isTrue();
        assertThat(value.get("none").get("deeper").text()).isEmpty();
        assertThat(Json.of(0.5, 1).whole()).isEmpty();
        assertThat(Json.of(1L << 40).whole()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{", "}", "[1,]", "[1 2]", "{\"a\" 1}", "{\"a\":1,}", "{a:1}", "{'a':1}", "01",
        "1.",
        ".5", "+1", "-", "1e", "1e9999", "tru", "nulll", "\"", "\"\\x\"", "\"\\u12g4\"", "\"\u0001\"", "1 1", "NaN",
        "{\"a\":1,\"a\":2}", "\ufeff1", "// x\n1"})
    void whatIsNoJsonIsRefused(String text) {
        assertThatThrownBy(() -> JsonParser.parse(text)).isInstanceOf(JsonException.class)
                .hasMessageContaining("expected");
    }

    @Test
    void depthAndDigitsAreBounded() {
        assertThatThrownBy(() -> JsonParser.parse("[".repeat(100_000))).isInstanceOf(JsonException.class);
        assertThatThrownBy(() -> JsonParser.parse("9".repeat(100_000))).isInstanceOf(JsonException.class);
    }

    @Test
    void garbageNeverDoesMoreThanFail() {
        long seed = 20_261_125;
        Random random = new Random(seed);
        String alphabet = "{}[]\",:\\u0123eE+-. \ntrufalsn";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int k = random.nextInt(30); k > 0; k--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                Json read = JsonParser.parse(text.toString());
                assertThat(JsonParser.parse(read.toString())).as("seed %d: %s", seed, text).isEqualTo(read);
            } catch (JsonException e) {
                assertThat(e).hasMessageContaining("character");
            }
        }
    }
}
