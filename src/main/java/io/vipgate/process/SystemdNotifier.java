package io.vipgate.process;

import io.vipgate.linux.NotifySocket;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd how the gateway is, sd_notify(3): for units of {@code Type=notify-reload} or {@code notify}, and with
 * {@code WatchdogSec=} also that it lives. Says nothing where nobody asks.
 *
 * <p>Thread-safe.
 */
final class SystemdNotifier {
    private static final Logger LOG = LoggerFactory.getLogger(SystemdNotifier.class);

    private static final Duration MAX_WAIT = Duration.ofSeconds(1);

    private final Optional<NotifySocket> socket;
    private final long watchdogMicros;

    private SystemdNotifier(Optional<NotifySocket> socket, long watchdogMicros) {
        this.socket = socket;
        this.watchdogMicros = watchdogMicros;
    }

    /**
     * The service manager that the environment names.
     *
     * @param environment NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID
     * @param pid this process
     */
    static SystemdNotifier of(Map<String, String> environment, long pid) {
        boolean isOurs = environment.getOrDefault("WATCHDOG_PID", String.valueOf(pid)).equals(String.valueOf(pid));
        return new SystemdNotifier(socket(environment),
                isOurs ? micros(environment.getOrDefault("WATCHDOG_USEC", "0")) : 0);
    }

    /**
     * Where the service manager listens; empty when there is none.
     *
     * @param environment NOTIFY_SOCKET
     */
    static Optional<NotifySocket> socket(Map<String, String> environment) {
        String path = environment.getOrDefault("NOTIFY_SOCKET", "");
        if (path.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new NotifySocket(path));
        } catch (IllegalArgumentException e) {
            LOG.warn("NOTIFY_SOCKET: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private static long micros(String text) {
        try {
            return Math.max(0, Long.parseLong(text));
        } catch (NumberFormatException e) {
            LOG.warn("WATCHDOG_USEC: {} (expected: microseconds)", text);
            return 0;
        }
    }

    /** Whether somebody wants to be told. */
    boolean isAsked() {
        return socket.isPresent();
    }

    /** How often {@link #ping} is to be said, twice in each time that the service manager allows; empty when nobody wants it. */
    Optional<Duration> pingPeriod() {
        return isAsked() && watchdogMicros > 0
                ? Optional.of(Duration.of(watchdogMicros / 2, ChronoUnit.MICROS))
                : Optional.empty();
    }

    /**
     * The gateway serves.
     *
     * @param status one line for {@code systemctl status}
     */
    void ready(String status) {
        send("READY=1\nSTATUS=" + status);
    }

    /** A reload begins; {@link #ready} ends it. */
    void reloading() {
        send("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1000);
    }

    /** The gateway drains and will end. */
    void stopping(String status) {
        send("STOPPING=1\nSTATUS=" + status);
    }

    /** Says that the gateway lives, if it does. */
    void ping(boolean isAlive) {
        if (isAlive) {
            send("WATCHDOG=1", Duration.ZERO);
        } else {
            LOG.error("an event loop has not ticked: watchdog ping withheld");
        }
    }

    /** What is said once must arrive: its queue may be full of the listening sockets that are to be kept. */
    private void send(String text) {
        send(text, MAX_WAIT);
    }

    private void send(String text, Duration most) {
        if (socket.isPresent() && !socket.get().send(text, List.of(), most)) {
            LOG.warn("the service manager did not take a message");
        }
    }
}
