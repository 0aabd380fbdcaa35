package io.vipgate.process;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import ch.qos.logback.core.spi.ContextAwareBase;
import io.vipgate.config.LogConfig;
import io.vipgate.config.LogFormat;
import io.vipgate.linux.StandardOutput;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;

/**
 * The gateway's own log, on standard error, which nobody who logs waits for. Set up in code: a logging configuration in XML
 * would cost a parser at every start.
 *
 * <p>Thread-safe.
 */
public final class Logging extends ContextAwareBase implements Configurator {
    /** How long the end of the process waits for what was logged just before. */
    private static final long FLUSH_MILLIS = 1_000;
    /** One for the process, whatever reloads change. */
    private static final LogOutput OUTPUT = LogOutput.toStandardError();

    /** Made by Logback, which finds it as a service. */
    public Logging() {}

    @Override
    public ExecutionStatus configure(LoggerContext loggers) {
        Logger own = loggers.getLogger(Logging.class);
        OUTPUT.start(count -> own.warn("{} lines of the log were dropped: whoever reads it was too slow", count));
        Runtime.getRuntime().addShutdownHook(
                Thread.ofPlatform().name("vipgate-log-end").unstarted(() -> OUTPUT.flush(FLUSH_MILLIS)));
        configure(loggers, Level.INFO, LogFormat.TEXT);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** Sets level and format as configured. */
    public static void apply(LogConfig config) {
        ILoggerFactory factory = LoggerFactory.getILoggerFactory();
        if (factory instanceof LoggerContext loggers) {
            configure(loggers, Level.toLevel(config.level().name()), config.format());
        }
    }

    /**
     * Has what prints to {@link System#err} wait for nobody either: exceptions that no thread catches, and libraries. Nor does
     * the JVM, for whoever reads its threads' stacks from a pipe.
     */
    public static void takeStandardStreams() {
        System.setErr(OUTPUT.asPrintStream());
        boolean _ = StandardOutput.neverBlockOnPipe();
    }

    /** Lines that were dropped because whoever reads the log was too slow. */
    public static long dropped() {
        return OUTPUT.dropped();
    }

    private static void configure(LoggerContext loggers, Level level, LogFormat format) {
        Encoder<ILoggingEvent> encoder = format == LogFormat.JSON ? new JsonEncoder() : new TextEncoder();
        encoder.setContext(loggers);
        encoder.start();
        Appender appender = new Appender(encoder);
        appender.setContext(loggers);
        appender.start();
        Logger root = loggers.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        root.addAppender(appender);
        root.setLevel(Level.WARN);
        loggers.getLogger("io.vipgate").setLevel(level);
    }

    /** Makes the lines, on the thread that logs, and queues them. Thread-safe, as encoders are. */
    private static final class Appender extends UnsynchronizedAppenderBase<ILoggingEvent> {
        private final Encoder<ILoggingEvent> encoder;

        Appender(Encoder<ILoggingEvent> encoder) {
            this.encoder = encoder;
        }

        @Override
        protected void append(ILoggingEvent event) {
            OUTPUT.offer(encoder.encode(event));
        }
    }

    /**
     * A line of the log for people: when, how grave, what, and the stack of an exception below it. Logback's own patterns would
     * do the same, for a hundred classes more at each start.
     *
     * <p>Thread-safe: it keeps nothing.
     */
    static final class TextEncoder extends EncoderBase<ILoggingEvent> {
        private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX")
                .withZone(ZoneId.systemDefault());
        private static final int LEVEL_WIDTH = 5;

        @Override
        public byte[] headerBytes() {
            return new byte[0];
        }

        @Override
        public byte[] encode(ILoggingEvent event) {
            StringBuilder line = new StringBuilder();
            TIME.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), line);
            String level = event.getLevel().toString();
            line.append(' ').append(level).repeat(' ', LEVEL_WIDTH - level.length() + 1);
            line.append(event.getFormattedMessage()).append('\n');
            if (event.getThrowableProxy() != null) {
                line.append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
            }
            return line.toString().getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public byte[] footerBytes() {
            return new byte[0];
        }
    }
}
