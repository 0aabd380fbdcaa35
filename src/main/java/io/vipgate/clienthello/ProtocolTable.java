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
public final class ProtocolTable<T> {
    private final List<byte[]> names = new ArrayList<>();
    private final List<T> targets = new ArrayList<>();

    /** Makes a table from names of 1 to 255 bytes in UTF-8. */
    public ProtocolTable(Map<String, T> entries) {
        entries.forEach((name, target) -> {
            names.add(name.getBytes(StandardCharsets.UTF_8));
            targets.add(target);
        });
    }

    /** Looks some bytes up; null when they lead nowhere. */
    @Nullable
    T get(byte[] bytes, int at, int length) {
        for (int i = 0; i < names.size(); i++) {
            byte[] name = names.get(i);
            if (Arrays.equals(name, 0, name.length, bytes, at, at + length)) {
                return targets.get(i);
            }
        }
        return null;
    }
}
