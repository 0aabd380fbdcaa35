package io.vipgate.config;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A field of a version 2 PROXY protocol header (proxy-protocol.txt section 2.2.1 and following), by its name or, of those
 * for own use, its number. <b>Immutable.</b>
 *
 * @param code 0 to 255
 */
public record TlvType(int code) {
    private static final Map<String, Integer> NAMES = new LinkedHashMap<>();
    private static final Pattern OWN = Pattern.compile("0[xX][eE][0-9a-fA-F]");

    static {
        NAMES.put("authority", 0x02);
        NAMES.put("alpn", 0x01);
        NAMES.put("unique-id", 0x05);
        NAMES.put("ssl", 0x20);
    }

    static TlvType parse(String text) throws BadValueException {
        Integer named = NAMES.get(text);
        if (named != null) {
            return new TlvType(named);
        }
        if (OWN.matcher(text).matches()) {
            return new TlvType(Integer.parseInt(text.substring(2), 16));
        }
        throw BadValueException.expected("one of " + String.join(", ", NAMES.keySet()) + ", or 0xE0 to 0xEF");
    }

    @Override
    public String toString() {
        return NAMES.entrySet().stream().filter(entry -> entry.getValue() == code).map(Map.Entry::getKey).findFirst()
                .orElseGet(() -> "0x" + Integer.toHexString(code).toUpperCase(Locale.ROOT));
    }
}
