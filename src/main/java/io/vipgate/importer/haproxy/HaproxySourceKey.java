package io.vipgate.importer.haproxy;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a table tells clients apart by: {@code src}, or as much of it as {@code ipmask} leaves.
 *
 * <p>Immutable.
 *
 * @param ipv4Prefix empty: the whole address
 * @param ipv6Prefix empty: the whole address
 * @param isPrefix whether the mask of IPv4 is one
 */
record HaproxySourceKey(Optional<Integer> ipv4Prefix, Optional<Integer> ipv6Prefix, boolean isPrefix) {
    private static final Pattern SOURCE = Pattern
            .compile("src(?:,ipmask\\(([0-9]{1,2}|[0-9.]{7,15})(?:,([0-9]{1,3}))?\\))?");
    private static final int OCTET = 8;

    /** Of a sample expression; empty for one that looks at something else. */
    static Optional<HaproxySourceKey> of(String expression) {
        Matcher source = SOURCE.matcher(expression);
        if (!source.matches()) {
            return Optional.empty();
        }
        Optional<Integer> ipv4 = Optional.ofNullable(source.group(1)).flatMap(HaproxySourceKey::prefix);
        Optional<Integer> ipv6 = Optional.ofNullable(source.group(2))
                .map(bits -> Math.min(128, Integer.parseInt(bits)));
        return Optional.of(new HaproxySourceKey(ipv4, ipv6, source.group(1) == null || ipv4.isPresent()));
    }

    /** Of {@code 24} and {@code 255.255.255.0}. */
    private static Optional<Integer> prefix(String mask) {
        if (!mask.contains(".")) {
            return Optional.of(Integer.parseInt(mask)).filter(bits -> bits <= 32);
        }
        long value = 0;
        List<String> octets = List.of(mask.split("\\.", -1));
        for (String octet : octets) {
            if (!octet.matches("[0-9]{1,3}") || Integer.parseInt(octet) > 255) {
                return Optional.empty();
            }
            value = value << OCTET | Integer.parseInt(octet);
        }
        int bits = Long.bitCount(value);
        return octets.size() == 4 && value == (0xFFFFFFFFL << (32 - bits) & 0xFFFFFFFFL)
                ? Optional.of(bits)
                : Optional.empty();
    }
}
