package io.vipgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpProbeRulesTest {
    private static final String AT = "5: pools.nginx.probe.http.";

    private static void soleProblem(String http, String problem) {
        assertThat(Loads.poolProblems("probe: { type: http, http: { " + http + " } }")).singleElement().asString()
                .isEqualTo(AT + problem);
    }

    private static HttpProbeConfig valid(String http) {
        return Loads.pool("probe: { type: http, http: { " + http + " } }").probe().http().orElseThrow();
    }

    @Test
    void headersAreTakenInTheOrderOfTheFile() {
        assertThat(valid("headers: { X-Two: b c, Authorization: \"Basic eDp5\", A: \"\" }").headers().toString())
                .isEqualTo("{X-Two=b c, Authorization=Basic eDp5, A=}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\\r\\nX: b", "a\\nb", "a\\rb", "a\\u0000", "a\\tb"})
    void aValueThatBreaksALineNeverPasses(String value) {
        assertThat(Loads.poolProblems("probe: { type: http, http: { headers: { X: \"" + value + "\" } } }"))
                .singleElement().asString().startsWith(AT + "headers.X: ")
                .endsWith("(expected: text without control characters)");
    }

    @Test
    void aValueIsPrintableAscii() {
        soleProblem("headers: { X: \"\\u00e4\" }",
                "headers.X: not a value (expected: printable ASCII, without spaces around it)");
        soleProblem("headers: { X: \" a\" }",
                "headers.X: not a value (expected: printable ASCII, without spaces around it)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"X Y\"", "\"X:\"", "\"X\\r\\nY\"", "\"(x)\""})
    void aNameThatIsNoneIsRefused(String name) {
        assertThat(Loads.poolProblems("probe: { type: http, http: { headers: { " + name + ": a } } }")).singleElement()
                .asString().contains("not a name");
    }

    @Test
    void headersThatTheProbeWritesItselfAreRefused() {
        soleProblem("headers: { host: a }", "headers.host: not here (expected: http.host)");
        soleProblem("headers: { Content-Length: 7 }",
                "headers.Content-Length: not here (expected: a header of a request without a body)");
        soleProblem("headers: { X: a, x: b }",
                "headers.x: twice (expected: not X as well: their case makes no difference)");
    }

    @Test
    void theMethodIsOneThatHasAnAnswer() {
        assertThat(valid("method: OPTIONS, path: \"*\"").path()).isEqualTo("*");
        assertThat(valid("method: HEAD").method()).isEqualTo("HEAD");
        soleProblem("method: get",
                "method: get (expected: a method in capitals, such as GET, HEAD or OPTIONS; not CONNECT)");
        soleProblem("method: CONNECT",
                "method: CONNECT (expected: a method in capitals, such as GET, HEAD or OPTIONS; not CONNECT)");
        soleProblem("method: \"GET /x\"",
                "method: GET /x (expected: a method in capitals, such as GET, HEAD or OPTIONS; not CONNECT)");
        soleProblem("path: \"*\"", "path: * (expected: a path that begins with a slash, without spaces)");
    }

    @Test
    void nothingIsExpectedInTheBodyOfAnAnswerToHead() {
        soleProblem("method: HEAD, expectBody: ok",
                "expectBody: given, but the answer to HEAD has no body (expected: only with another method)");
    }

    @Test
    void aReloadDoesNotTellHeaders() {
        assertThat(ConfigDiff.between(config("Basic eDp5"), config("Basic eDp6"))).singleElement()
                .hasToString("pools.nginx.probe.http.headers.Authorization: (hidden) -> (hidden)");
    }

    private static GatewayConfig config(String authorization) {
        return Loads.valid(Loads.POOL + "    probe: { type: http, http: { headers: { Authorization: " + authorization
                + " } } }\n").config();
    }
}
