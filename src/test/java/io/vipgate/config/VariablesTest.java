package io.vipgate.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VariablesTest {
    private final Variables variables = new Variables(Map.of("PORT", "80", "EMPTY", "", "NESTED", "${PORT}"));

    @ParameterizedTest
    @CsvSource({"10.0.0.1:${PORT}, 10.0.0.1:80", "${PORT}${PORT}, 8080", "${NONE:-90}, 90", "${PORT:-90}, 80",
        "${EMPTY:-90}, 90",
        "${NONE:-}, ''", "${EMPTY}, ''", "$${PORT}, ${PORT}", "$$${PORT}, $${PORT}", "$PORT, $PORT", "$$, $$",
        "${NESTED}, ${PORT}", "a$, a$"})
    void valuesComeFromTheEnvironment(String text, String expanded) throws BadValueException {
        assertThat(variables.expand(text)).isEqualTo(expanded);
    }

    @Test
    void anUnsetVariableWithoutDefaultIsAMistake() {
        assertThatThrownBy(() -> variables.expand("${NONE}"))
                .hasMessage("the environment has no NONE; expected: a value there or a default, ${NONE:-default}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"${", "${}", "${PORT", "${1A}", "${A B}", "${PORT-1}", "${:-x}"})
    void otherFormsAreMistakes(String text) {
        assertThatThrownBy(() -> variables.expand(text)).isInstanceOf(BadValueException.class)
                .hasMessageContaining("$${");
    }

    @Test
    void whatVariablesAddIsBounded() {
        Variables large = new Variables(Map.of("A", "x".repeat(YamlTree.MAX_SCALAR)));

        assertThatThrownBy(() -> large.expand("${A}${A}")).hasMessageContaining("at most 16384 characters");
    }

    @Test
    void aVariableIsReplacedInValuesAndItsMistakeHasALine() {
        Map<String, String> environment = Map.of("VIP1", "192.168.7.1:80");
        LoadResult result = Loads.load("""
                listeners: { web: { bind: :80, pool: nginx } }
                pools:
                  nginx:
                    endpoints:
                      vip1: ${VIP1}
                      vip2: ${VIP2}
                """.replace("bind: :80", "bind: \":80\""), environment);

        assertThat(Loads.problems(result)).containsExactly("6: pools.nginx.endpoints.vip2: ${VIP2} "
                + "(the environment has no VIP2; expected: a value there or a default, ${VIP2:-default})");
    }
}
