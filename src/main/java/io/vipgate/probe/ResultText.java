package io.vipgate.probe;

import io.vipgate.text.Sanitizer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How results put things into words. Immutable. */
final class ResultText {
    private static final int MAX_LENGTH = 200;
    private static final long MILLIS_PER_SECOND = 1000;

    private ResultText() {}

    /**
     * A text from outside, fit for one line of a log: bounded, without control characters, which could forge lines or
     * command a terminal.
     */
    static String printable(@Nullable String text) {
        if (text == null) {
            return "no reason given";
        }
        return Sanitizer.mask(text, MAX_LENGTH);
    }

    /** Whole seconds as {@code 2 s}, the rest as {@code 400 ms}. */
    static String duration(Duration duration) {
        long millis = duration.toMillis();
        return millis >= MILLIS_PER_SECOND && millis % MILLIS_PER_SECOND == 0
                ? millis / MILLIS_PER_SECOND + " s"
                : millis + " ms";
    }

    /** An address and port, IPv6 in brackets, with the zone if there is one. */
    static String address(InetSocketAddress address) {
        return bracketed(address.getAddress().getHostAddress()) + ":" + address.getPort();
    }

    /** An address as it stands in a URL: IPv6 in brackets, without the zone, which means something on one machine only. */
    static String host(InetAddress address) {
        String text = address.getHostAddress();
        int zone = text.indexOf('%');
        return bracketed(zone < 0 ? text : text.substring(0, zone));
    }

    private static String bracketed(String text) {
        return text.indexOf(':') < 0 ? text : "[" + text + "]";
    }
}
