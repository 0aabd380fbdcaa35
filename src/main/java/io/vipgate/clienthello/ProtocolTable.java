package io.vipgate.clienthello;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where application protocols lead, by their names in ALPN (RFC 7301), which are bytes and compared as such.
 *
 * <p>Immutable.
 *
 * @param <T> what protocols lead to
 */
final class ProtocolTable<T> {
    private final List<byte[]> names = new ArrayList<>();
    private final List<HelloRoute<T>> routes = new ArrayList<>();

    /** Makes a table from names of 1 to 255 bytes in UTF-8. */
    ProtocolTable(Map<String, T> entries) {
        entries.forEach((name, target) -> {
            names.add(name.getBytes(StandardCharsets.UTF_8));
            routes.add(new HelloRoute<>(HelloResult.ALPN, name, target));
        });
    }

    /** Looks some bytes up; null when they lead nowhere. */
    @Nullable
    HelloRoute<T> get(byte[] bytes, int at, int length) {
        for (int i = 0; i < names.size(); i++) {
            byte[] name = names.get(i);
            if (Arrays.equals(name, 0, name.length, bytes, at, at + length)) {
                return routes.get(i);
            }
        }
        return null;
    }
}
