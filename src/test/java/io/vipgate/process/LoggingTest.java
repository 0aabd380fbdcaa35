package io.vipgate.process;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class LoggingTest {
    private static final Instant WHEN = Instant.parse("2026-11-27T15:59:01.007Z");

    @Test
    void aLineSaysWhenHowGraveAndWhat() {
        String line = encoded(Level.INFO, null, "endpoint {} is UP", "vips/\u00e9");

        assertThat(line).matches("2026-11-2\\d\\S+ INFO  endpoint vips/\u00e9 is UP\n");
        String time = line.substring(0, line.indexOf(' '));
        assertThat(OffsetDateTime.parse(time).toInstant()).isEqualTo(WHEN);
        assertThat(time).hasSizeGreaterThanOrEqualTo("2026-11-27T15:59:01.007Z".length());
    }

    @Test
    void messagesStandInOneColumn() {
        assertThat(encoded(Level.WARN, null, "x").indexOf('x')).isEqualTo(encoded(Level.ERROR, null, "x").indexOf('x'));
    }

    @Test
    void theStackOfAnExceptionStandsBelow() {
        String text = encoded(Level.ERROR, new IllegalStateException("outer", new IllegalArgumentException("inner")),
                "failed");

        assertThat(text.lines()).first().asString().endsWith(" ERROR failed");
        assertThat(text.lines()).element(1).isEqualTo("java.lang.IllegalStateException: outer");
        assertThat(text.lines()).element(2).asString().startsWith("\tat io.vipgate.process.LoggingTest.");
        assertThat(text).contains("Caused by: java.lang.IllegalArgumentException: inner\n").endsWith("\n")
                .doesNotContain("\n\n");
    }

    private static String encoded(Level level, @Nullable Throwable thrown, String message, Object... arguments) {
        LoggerContext loggers = new LoggerContext();
        LoggingEvent event = new LoggingEvent(LoggingTest.class.getName(), loggers.getLogger("io.vipgate"), level,
                message, thrown, arguments);
        event.setInstant(WHEN);
        return new String(new Logging.TextEncoder().encode(event), StandardCharsets.UTF_8);
    }
}
