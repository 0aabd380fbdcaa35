package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.HttpAnswer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.VipgateProcess;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a newcomer starts it. */
@SocketTest
final class DemoProcessIT {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final Pattern PAGE = Pattern.compile("(?m)^ +(http://127\\.0\\.0\\.1:\\d+/)#token=([0-9a-f]{64})$");

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    @Test
    void theAddressOfThePageIsPrintedWithATokenThatHolds() throws Exception {
        try (VipgateProcess demo = VipgateProcess.start(directory, "demo", "--port", "0", "--admin-port", "0")) {
            Await.until("the demo has greeted", BOUND,
                    () -> demo.output().contains("Ctrl-C ends the demo") || !demo.isAlive());
            Matcher page = PAGE.matcher(demo.output());
            assertThat(page.find()).as(demo.output()).isTrue();
            int port = URI.create(page.group(1)).getPort();
            assertThat(HttpAnswer.to(port, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n").body())
                    .startsWith("<!doctype html>");

            String body = "{\"state\": \"drain\"}";
            String change = "PUT /api/v1/pools/nginx/endpoints/nginx-1/state HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                    + "Connection: close\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
                    + "\r\nAuthorization: Bearer ";
            assertThat(HttpAnswer.to(port, change + page.group(2) + "\r\n\r\n" + body).status()).isEqualTo(200);
            assertThat(HttpAnswer.to(port, change + "0".repeat(64) + "\r\n\r\n" + body).status()).isEqualTo(401);
            demo.terminate();
            assertThat(demo.awaitExit(BOUND)).isZero();
        }
    }
}
