package io.vipgate.importer.nginx;

import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sizes of an nginx.conf: bytes, or with {@code k} or {@code m}; nginx.org, "Configuration file measurement units".
 *
 * <p>Stateless.
 */
final class NginxSize {
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,12})([kmg]?)");

    private NginxSize() {}

    /** In bytes; empty if it is none. */
    static OptionalLong parse(String text) {
        Matcher size = SIZE.matcher(text.toLowerCase(Locale.ROOT));
        if (!size.matches()) {
            return OptionalLong.empty();
        }
        int bits = "kmg".indexOf(size.group(2)) + 1;
        return OptionalLong.of(Long.parseLong(size.group(1)) << (size.group(2).isEmpty() ? 0 : 10 * bits));
    }
}
