package io.vipgate.access;

/**
 * Reads networks as they are written, without an object for any of them: {@code 192.0.2.0/24}, {@code 2001:db8::/32}, or one
 * address. Each is in the fields until the next is read. Numbers have no leading zeros; IPv4 in its mapped form is IPv4.
 *
 * <p>Confined to one thread.
 */
final class PrefixParser {
    private static final int GROUPS = 8;

    private final int[] groups = new int[GROUPS];
    private long high;
    private long low;
    private int length;

    /** Upper half of the address that was read. */
    long high() {
        return high;
    }

    /** Lower half of the address that was read. */
    long low() {
        return low;
    }

    /** Bits of the network that was read, 0 to 128; of IPv4 96 to 128. */
    int length() {
        return length;
    }

    /** Whether the network that was read begins at its address. */
    boolean isAligned() {
        return Prefix.isAligned(high, low, length);
    }

    /**
     * Reads one.
     *
     * @param text in ASCII
     * @param from its first byte
     * @param to the one behind its last
     * @return whether it is an address, with the length of a network or without; the network may begin elsewhere
     */
    boolean read(byte[] text, int from, int to) {
        int slash = to;
        for (int i = to - 1; i >= Math.max(from, to - 4); i--) {
            if (text[i] == '/') {
                slash = i;
            }
        }
        boolean isIpv4 = readIpv4(text, from, slash);
        if (!isIpv4 && !readIpv6(text, from, slash)) {
            return false;
        }
        int most = isIpv4 ? 128 - Prefix.MAPPED_BITS : 128;
        int written = slash == to ? most : number(text, slash + 1, to, most);
        length = isIpv4 ? Prefix.MAPPED_BITS + written : written;
        return written >= 0;
    }

    private boolean readIpv4(byte[] text, int from, int to) {
        long address = 0;
        int at = from;
        for (int i = 0; i < 4; i++) {
            int end = at;
            while (end < to && text[end] != '.') {
                end++;
            }
            int number = number(text, at, end, 255);
            if (number < 0 || end == to != (i == 3)) {
                return false;
            }
            address = (address << 8) | number;
            at = end + 1;
        }
        high = 0;
        low = Prefix.MAPPED | address;
        return true;
    }

    /** RFC 4291 section 2.2, without a zone. */
    private boolean readIpv6(byte[] text, int from, int to) {
        int count = 0;
        int gap = -1;
        int at = from;
        if (at + 1 < to && text[at] == ':' && text[at + 1] == ':') {
            gap = 0;
            at += 2;
        }
        while (at < to) {
            int end = at;
            boolean isIpv4 = false;
            while (end < to && text[end] != ':') {
                isIpv4 |= text[end++] == '.';
            }
            if (isIpv4) {
                if (end != to || count > GROUPS - 2 || !readIpv4(text, at, to)) {
                    return false;
                }
                groups[count++] = (int) (low >>> 16) & 0xffff;
                groups[count++] = (int) low & 0xffff;
                break;
            }
            int group = group(text, at, end);
            if (group < 0 || count == GROUPS) {
                return false;
            }
            groups[count++] = group;
            at = end;
            if (at < to) {
                boolean isGap = at + 1 < to && text[at + 1] == ':';
                if (isGap ? gap >= 0 : at + 1 == to) {
                    return false;
                }
                gap = isGap ? count : gap;
                at += isGap ? 2 : 1;
            }
        }
        return gap < 0 ? count == GROUPS && join(count, count) : count < GROUPS && join(count, gap);
    }

    /** Puts together the groups before the gap, zeros, and the groups behind it. */
    private boolean join(int count, int gap) {
        int zeros = GROUPS - count;
        high = 0;
        low = 0;
        for (int i = 0; i < GROUPS; i++) {
            long group = i < gap ? groups[i] : i < gap + zeros ? 0 : groups[i - zeros];
            high = (high << 16) | (low >>> 48);
            low = (low << 16) | group;
        }
        return true;
    }

    private static int group(byte[] text, int from, int to) {
        int value = to > from && to - from <= 4 ? 0 : -1;
        for (int i = from; i < to && value >= 0; i++) {
            int digit = text[i] < 0 ? -1 : Character.digit(text[i], 16);
            value = digit < 0 ? -1 : (value << 4) | digit;
        }
        return value;
    }

    /** A decimal number without leading zeros; -1 for anything else. */
    private static int number(byte[] text, int from, int to, int most) {
        int value = to > from && to - from <= 3 && (text[from] != '0' || to - from == 1) ? 0 : -1;
        for (int i = from; i < to && value >= 0; i++) {
            value = text[i] < '0' || text[i] > '9' ? -1 : value * 10 + (text[i] - '0');
        }
        return value <= most ? value : -1;
    }
}
