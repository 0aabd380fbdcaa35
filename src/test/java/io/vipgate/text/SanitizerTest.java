package io.vipgate.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SanitizerTest {
    @Test
    void ordinaryTextStaysAsItIs() {
        String text = "web-1 \u00fc \u4e2d \ud83d\ude00 {\"'\\";

        assertThat(Sanitizer.escape(text, 100)).isEqualTo(text);
        assertThat(Sanitizer.mask(text, 100)).isEqualTo(text);
    }

    /** Escape, line feed, the one-character CSI of terminals, right-to-left override, line separator, half a character. */
    @ParameterizedTest
    @ValueSource(strings = {"\u001b", "\n", "\u009b", "\u202e", "\u2028", "\ud800", "\uffff"})
    void whatCommandsATerminalOrForgesALineIsReplaced(String unsafe) {
        assertThat(Sanitizer.escape("a" + unsafe + "b", 100)).matches("a\\\\(x[0-9a-f]{2}|u[0-9a-f]{4})b");
        assertThat(Sanitizer.mask("a" + unsafe + "b", 100)).isEqualTo("a?b");
    }

    @Test
    void longTextIsCut() {
        assertThat(Sanitizer.escape("abcdef", 3)).isEqualTo("abc...");
        assertThat(Sanitizer.mask("abcdef", 3)).isEqualTo("abc");
        assertThat(Sanitizer.name("x".repeat(81))).isEqualTo("x".repeat(80) + "...");
    }

    @Test
    void valuesAreQuotedWhereTheirEndsCouldNotBeSeen() {
        assertThat(Sanitizer.value("plain")).isEqualTo("plain");
        assertThat(Sanitizer.value("")).isEqualTo("\"\"");
        assertThat(Sanitizer.value(" x")).isEqualTo("\" x\"");
        assertThat(Sanitizer.value("a\tb")).isEqualTo("\"a\\x09b\"");
    }
}
