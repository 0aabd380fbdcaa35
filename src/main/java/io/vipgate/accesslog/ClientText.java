package io.vipgate.accesslog;

import io.vipgate.linux.ClientAddress;

/**
 * Clients as {@code 192.0.2.1:52144} and {@code [2001:db8::1]:52144}, the latter in the form of RFC 5952.
 *
 * <p>Stateless.
 */
final class ClientText {
    private static final int GROUPS = 8;

    private ClientText() {}

    static void append(LineBuffer lines, long high, long low, int port) {
        if (ClientAddress.isIpv4(high, low)) {
            lines.append(low >>> 24 & 0xFF).append('.').append(low >>> 16 & 0xFF).append('.').append(low >>> 8 & 0xFF)
                    .append('.').append(low & 0xFF);
        } else {
            lines.append('[');
            appendIpv6(lines, high, low);
            lines.append(']');
        }
        lines.append(':').append(port);
    }

    private static void appendIpv6(LineBuffer lines, long high, long low) {
        int gap = GROUPS;
        int gapEnd = GROUPS;
        int longest = 1;
        for (int i = 0; i < GROUPS; i++) {
            int end = i;
            while (end < GROUPS && group(high, low, end) == 0) {
                end++;
            }
            if (end - i > longest) {
                longest = end - i;
                gap = i;
                gapEnd = end;
            }
        }
        for (int i = 0; i < GROUPS; i++) {
            if (i == gap) {
                lines.append("::");
                i = gapEnd - 1;
            } else {
                if (i > 0 && i != gapEnd) {
                    lines.append(':');
                }
                int group = group(high, low, i);
                lines.hex(group, group > 0xFFF ? 4 : group > 0xFF ? 3 : group > 0xF ? 2 : 1);
            }
        }
    }

    private static int group(long high, long low, int index) {
        long half = index < 4 ? high : low;
        return (int) (half >>> (48 - 16 * (index & 3))) & 0xFFFF;
    }
}
