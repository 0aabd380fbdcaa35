package io.vipgate.importer.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenizerTest {
    /** What a syntax is unless it says otherwise: blanks and quotes. */
    private static final Syntax PLAIN = new Syntax() {
    };

    private static final Syntax BLOCKS = new Syntax() {
        @Override
        public boolean isSeparator(char c, boolean isInWord) {
            return c == '{' || c == '}';
        }

        @Override
        public boolean isComment(char c, boolean isInWord) {
            return c == '#' && !isInWord;
        }

        @Override
        public boolean hasEscapes(char quote) {
            return quote == '"';
        }
    };

    private static List<String> tokens(String text) {
        List<String> all = new ArrayList<>();
        Tokenizer tokens = new Tokenizer(text, 1, BLOCKS);
        while (tokens.next()) {
            boolean isBrace = tokens.is('{') || tokens.is('}');
            all.add(tokens.line() + (isBrace ? " separator " : tokens.isQuoted() ? " quoted " : " word ")
                    + tokens.text());
        }
        return all;
    }

    @Test
    void quotesHoldBlanksTogetherAndMayBePartOfAWord() {
        assertThat(Tokenizer.words("  a 'b c' d\"e f\"g '' \t", PLAIN)).containsExactly("a", "b c", "de fg", "");
    }

    @Test
    void separatorsEndWordsUnlessTheyAreQuoted() {
        assertThat(tokens("a{b '{'}")).containsExactly("1 word a", "1 separator {", "1 word b", "1 quoted {",
                "1 separator }");
    }

    @Test
    void linesAreCountedInCommentsAndQuotesToo() {
        assertThat(tokens("a # {\n'b\nc' d#e")).containsExactly("1 word a", "2 quoted b\nc", "3 word d#e");
    }

    @Test
    void escapesHoldWhereTheSyntaxHasThem() {
        assertThat(tokens("\"a\\\"b\" 'c\\' d\\e")).containsExactly("1 quoted a\"b", "1 quoted c\\", "1 word d\\e");
    }

    @Test
    void aQuoteThatIsNotClosedIsReportedWithItsLine() {
        Tokenizer tokens = new Tokenizer("a\nb'c\nd", 7, PLAIN);

        assertThat(tokens.words()).containsExactly("a", "bc\nd");
        assertThat(tokens.hasOpenQuote()).isTrue();
        assertThatExceptionOfType(SyntaxException.class).isThrownBy(tokens::requireClosedQuote)
                .withMessage("line 8: a quote (') is not closed");
    }

    @Test
    void aBlockOfAnotherLanguageIsSkipped() {
        Tokenizer tokens = new Tokenizer("x { ' { \" } '\n} y", 1, BLOCKS);
        tokens.next();
        tokens.next();
        tokens.skipBlock();

        assertThat(tokens.next() && tokens.is('}')).isTrue();
        assertThat(tokens.line()).isEqualTo(2);
        assertThat(tokens.words()).containsExactly("y");
    }
}
