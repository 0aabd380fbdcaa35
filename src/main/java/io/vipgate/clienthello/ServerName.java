package io.vipgate.clienthello;

import java.nio.charset.StandardCharsets;

/**
 * Names of servers as a ClientHello may carry them: host names of DNS in ASCII, without the last dot (RFC 6066 section 3).
 *
 * <p>Stateless.
 */
public final class ServerName {
    private static final int MAX_LABEL_BYTES = 63;

    private ServerName() {}

    /** Whether bytes are labels of letters, digits, hyphens and underscores, with dots between them. */
    static boolean isUsable(byte[] name, int length) {
        if (length == 0 || length > ClientHello.MAX_NAME_BYTES) {
            return false;
        }
        int label = 0;
        for (int i = 0; i < length; i++) {
            if (name[i] == '.') {
                if (label == 0) {
                    return false;
                }
                label = 0;
            } else if (!isOfLabel(name[i]) || ++label > MAX_LABEL_BYTES) {
                return false;
            }
        }
        return label > 0;
    }

    private static boolean isOfLabel(byte character) {
        return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z')
                || (character >= '0' && character <= '9') || character == '-' || character == '_';
    }

    /** Whether text is such a name. */
    public static boolean isUsable(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return isUsable(bytes, bytes.length);
    }
}
