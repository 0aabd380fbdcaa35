package io.vipgate.process;

import io.vipgate.linux.NotifySocket;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd how the gateway is, sd_notify(3): for units of {@code Type=notify-reload} or {@code notify}, and with
 * {@code WatchdogSec=} also that it lives. Says nothing where nobody asks.
 *
 * <p>Thread-safe.
 */
final class SystemdNotifier implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SystemdNotifier.class);

    private final Optional<NotifySocket> socket;
    private final long watchdogMicros;
    private final ScheduledExecutorService watchdog = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("vipgate-watchdog").daemon().factory());

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
        String path = environment.getOrDefault("NOTIFY_SOCKET", "");
        Optional<NotifySocket> socket = Optional.empty();
        if (!path.isEmpty()) {
            try {
                socket = Optional.of(new NotifySocket(path));
            } catch (IllegalArgumentException e) {
                LOG.warn("NOTIFY_SOCKET: {}", e.getMessage());
            }
        }
        boolean isOurs = environment.getOrDefault("WATCHDOG_PID", String.valueOf(pid)).equals(String.valueOf(pid));
        return new SystemdNotifier(socket, isOurs ? micros(environment.getOrDefault("WATCHDOG_USEC", "0")) : 0);
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

    /** Whether somebody wants to be told again and again. */
    boolean isWatched() {
        return isAsked() && watchdogMicros > 0;
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

    /** Says that the gateway lives, twice in each period that the service manager allows, while it does. */
    void watch(BooleanSupplier isAlive) {
        if (isWatched()) {
            Future<?> _ = watchdog.scheduleAtFixedRate(() -> {
                if (isAlive.getAsBoolean()) {
                    send("WATCHDOG=1");
                } else {
                    LOG.error("an event loop has not ticked: watchdog ping withheld");
                }
            }, 0, Math.max(1, watchdogMicros / 2), TimeUnit.MICROSECONDS);
        }
    }

    private void send(String text) {
        if (socket.isPresent() && !socket.get().send(text)) {
            LOG.warn("the service manager did not take a message");
        }
    }

    @Override
    public void close() {
        watchdog.shutdownNow();
    }
}
