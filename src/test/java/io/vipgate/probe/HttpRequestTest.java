package io.vipgate.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.HttpProbeConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpRequestTest {
    private static String request(HttpProbeConfig config, boolean isOverTls, ProbeTarget target) {
        return new String(new HttpRequest(config, isOverTls).towards(target), StandardCharsets.US_ASCII);
    }

    private static HttpProbeConfig config(String method, Map<String, String> headers) {
        return new HttpProbeConfig("/health", method, Optional.empty(), headers, Checks.statuses(200, 399), "");
    }

    private static ProbeTarget target(String address, int port, @Nullable String name) {
        return new ProbeTarget("web", "vip1", new InetSocketAddress(InetAddress.ofLiteral(address), port),
                Optional.ofNullable(name), true);
    }

    @ParameterizedTest
    @CsvSource({"false, 192.0.2.1, 80,, 192.0.2.1", "false, 192.0.2.1, 443,, 192.0.2.1:443",
        "true, 192.0.2.1, 443,, 192.0.2.1", "true, 192.0.2.1, 80,, 192.0.2.1:80",
        "false, 2001:db8::1, 80,, [2001:db8::1]", "false, 2001:db8::1, 81,, [2001:db8::1]:81",
        "false, 192.0.2.1, 80, web.example, web.example", "true, 192.0.2.1, 443, web.example, web.example",
        "false, 192.0.2.1, 8080, web.example, web.example:8080"})
    void theHostIsTheNameOrTheAddressAndThePortUnlessItIsTheUsualOne(boolean isOverTls, String address, int port,
            @Nullable String name, String host) {
        assertThat(request(config("GET", Map.of()), isOverTls, target(address, port, name)))
                .startsWith("GET /health HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: ");
    }

    @Test
    void headersFollowAndTakeThePlaceOfTheUsualOnes() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Authorization", "Basic eDp5");
        headers.put("user-agent", "monitor/1");

        assertThat(request(config("OPTIONS", headers), false, target("192.0.2.1", 80, null)).split("\r\n", -1))
                .containsExactly("OPTIONS /health HTTP/1.1", "Host: 192.0.2.1", "Accept: */*", "Connection: close",
                        "Authorization: Basic eDp5", "user-agent: monitor/1", "", "");
    }

    @Test
    void aMethodThatMayHaveABodySaysThatItHasNone() {
        assertThat(request(config("POST", Map.of()), false, target("192.0.2.1", 80, null)))
                .endsWith("Connection: close\r\nContent-Length: 0\r\n\r\n");
    }
}
