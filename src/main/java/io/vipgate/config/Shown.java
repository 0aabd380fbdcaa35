package io.vipgate.config;

/** How text from the file appears in a message: on one line, harmless to a terminal, not too long. <b>Stateless.</b> */
final class Shown {
    private static final int LONGEST = 80;

    private Shown() {}

    /** A value: as written, or in double quotes where its ends could not be seen otherwise. */
    static String value(String text) {
        String safe = name(text);
        boolean edges = text.isEmpty() || !text.strip().equals(text) || !safe.equals(text);
        return edges ? '"' + safe + '"' : safe;
    }

    /** A key or a name: control characters escaped, the middle left out when it is long. */
    static String name(String text) {
        StringBuilder safe = new StringBuilder();
        text.codePoints().limit(LONGEST).forEach(c -> {
            if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT
                    || Character.getType(c) == Character.SURROGATE || c == 0x2028 || c == 0x2029) {
                safe.append(c < 0x100 ? String.format("\\x%02x", c) : String.format("\\u%04x", c));
            } else {
                safe.appendCodePoint(c);
            }
        });
        if (text.codePointCount(0, text.length()) > LONGEST) {
            safe.append("...");
        }
        return safe.toString();
    }
}
