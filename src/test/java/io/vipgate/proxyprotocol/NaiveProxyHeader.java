package io.vipgate.proxyprotocol;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A second, plain reading of the PROXY protocol's text, of whole headers only: regular expressions for version 1, a copy of the
 * bytes for version 2. It knows whether bytes begin with a header, how long it is, whose, and what else it says.
 *
 * @param length of the header
 * @param addresses the client's and the destination's, each with its port, as text; empty where the peer is the client
 * @param fields the type-length-value fields, hexadecimal
 */
record NaiveProxyHeader(int length, String addresses, String fields) {
    private static final String OCTET = "(?:0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])";
    private static final String IPV4 = OCTET + "(?:\\." + OCTET + "){3}";
    private static final String PORT = "(0|[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";
    private static final Pattern TCP4 = Pattern
            .compile("PROXY TCP4 (" + IPV4 + ") (" + IPV4 + ") " + PORT + " " + PORT + "\r\n");
    private static final Pattern TCP6 = Pattern
            .compile("PROXY TCP6 ([0-9a-fA-F:.]+) ([0-9a-fA-F:.]+) " + PORT + " " + PORT
                    + "\r\n");
    private static final Pattern UNKNOWN = Pattern.compile("PROXY UNKNOWN(?: [^\r\n]*)?\r\n");

    /** Of bytes that are all there will ever be; nothing when they do not begin with a header. */
    static Optional<NaiveProxyHeader> of(byte[] bytes) {
        return bytes.length > 0 && bytes[0] == '\r' ? binary(bytes) : text(bytes);
    }

    private static Optional<NaiveProxyHeader> text(byte[] bytes) {
        String text = new String(bytes, 0, Math.min(107, bytes.length), StandardCharsets.ISO_8859_1);
        for (Pattern pattern : new Pattern[]{TCP4, TCP6, UNKNOWN}) {
            Matcher matcher = pattern.matcher(text);
            if (matcher.lookingAt()) {
                if (pattern == UNKNOWN) {
                    return Optional.of(new NaiveProxyHeader(matcher.end(), "", ""));
                }
                byte[] source = pattern == TCP4 ? literal(matcher.group(1)) : groups(matcher.group(1));
                byte[] target = pattern == TCP4 ? literal(matcher.group(2)) : groups(matcher.group(2));
                return of(matcher.end(), text(source, matcher.group(3)), text(target, matcher.group(4)), "");
            }
        }
        return Optional.empty();
    }

    private static byte[] literal(String ipv4) {
        try {
            return InetAddress.getByName(ipv4).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /** RFC 4291 section 2.2, by hand; empty for what is none. */
    private static byte[] groups(String text) {
        String plain = text;
        Matcher dotted = Pattern.compile("(.*:)(" + IPV4 + ")").matcher(text);
        if (dotted.matches()) {
            String hex = HexFormat.of().formatHex(literal(dotted.group(2)));
            plain = dotted.group(1) + hex.substring(0, 4) + ":" + hex.substring(4);
        }
        String group = "[0-9a-fA-F]{1,4}";
        if (plain.matches(group + "(:" + group + "){7}")) {
            return bytesOf(plain.split(":"));
        }
        Matcher gap = Pattern.compile("((?:" + group + ":)*" + group + ")?::((?:" + group + ":)*" + group + ")?")
                .matcher(plain);
        if (!gap.matches()) {
            return new byte[0];
        }
        String[] before = gap.group(1) == null ? new String[0] : gap.group(1).split(":");
        String[] after = gap.group(2) == null ? new String[0] : gap.group(2).split(":");
        if (before.length + after.length > 7) {
            return new byte[0];
        }
        String[] all = new String[8];
        Arrays.fill(all, "0");
        System.arraycopy(before, 0, all, 0, before.length);
        System.arraycopy(after, 0, all, 8 - after.length, after.length);
        return bytesOf(all);
    }

    private static byte[] bytesOf(String[] groups) {
        ByteBuffer bytes = ByteBuffer.allocate(16);
        for (String group : groups) {
            bytes.putShort((short) Integer.parseInt(group, 16));
        }
        return bytes.array();
    }

    private static Optional<NaiveProxyHeader> binary(byte[] bytes) {
        String head = HexFormat.of().formatHex(bytes, 0, Math.min(16, bytes.length));
        if (!head.matches("0d0a0d0a000d0a515549540a(20..|21(?:00|11|21|31))....")) {
            return Optional.empty();
        }
        int length = Integer.parseInt(head.substring(28), 16);
        if (length > 16384 || bytes.length < 16 + length) {
            return Optional.empty();
        }
        byte[] header = Arrays.copyOf(bytes, 16 + length);
        String command = head.substring(24, 28);
        if (command.startsWith("20") || command.equals("2100")) {
            return Optional.of(new NaiveProxyHeader(header.length, "", ""));
        }
        int addresses = switch (command) {
            case "2111" -> 12;
            case "2121" -> 36;
            default -> 216;
        };
        if (length < addresses || !areFields(header, 16 + addresses, header.length, 2)) {
            return Optional.empty();
        }
        if (command.equals("2131")) {
            return Optional.of(new NaiveProxyHeader(header.length, "", ""));
        }
        int size = (addresses - 4) / 2;
        int ports = 16 + 2 * size;
        return of(header.length, text(Arrays.copyOfRange(header, 16, 16 + size), port(header, ports)),
                text(Arrays.copyOfRange(header, 16 + size, ports), port(header, ports + 2)),
                HexFormat.of().formatHex(header, 16 + addresses, header.length));
    }

    private static String port(byte[] header, int at) {
        return new BigInteger(1, Arrays.copyOfRange(header, at, at + 2)).toString();
    }

    private static boolean areFields(byte[] header, int from, int to, int levels) {
        ByteBuffer rest = ByteBuffer.wrap(header, from, to - from);
        while (rest.hasRemaining()) {
            if (rest.remaining() < 3) {
                return false;
            }
            int type = rest.get() & 0xff;
            int length = rest.getShort() & 0xffff;
            int value = rest.position();
            if (length > rest.remaining()) {
                return false;
            }
            rest.position(value + length);
            if (levels == 2 && type == 0x20 && (length < 5 || !areFields(header, value + 5, value + length, 1))) {
                return false;
            }
            if (levels == 2 && type == 3
                    && (length != 4 || ByteBuffer.wrap(header).getInt(value) != crc(header, value))) {
                return false;
            }
        }
        return true;
    }

    /** CRC-32C bit by bit, with four zeros at the place of the checksum itself. */
    static int crc(byte[] header, int place) {
        int crc = -1;
        for (int i = 0; i < header.length; i++) {
            crc ^= i >= place && i < place + 4 ? 0 : header[i] & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) == 0 ? crc >>> 1 : crc >>> 1 ^ 0x82f63b78;
            }
        }
        return ~crc;
    }

    private static Optional<NaiveProxyHeader> of(int length, String source, String target, String fields) {
        boolean isNobody = source.matches("(0{8}|0{32}) .*");
        boolean isGroup = source.matches("e.{7} .*") || source.matches("ff.{30} .*");
        return source.isEmpty() || target.isEmpty() || isNobody || isGroup
                ? Optional.empty()
                : Optional.of(new NaiveProxyHeader(length, source + " " + target, fields));
    }

    /** IPv4 in its one form, mapped addresses too; empty for what is no address. */
    private static String text(byte[] address, String port) {
        String hex = HexFormat.of().formatHex(address);
        return hex.isEmpty() ? "" : hex.replaceFirst("^0{20}ffff", "") + " " + port;
    }
}
