package io.vipgate.proxyprotocol;

import io.vipgate.linux.ClientAddress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Version 1: one line of text of at most 107 bytes.
 *
 * <p>Stateless.
 */
final class TextHeaderParser {
    private static final int MAX_BYTES = 107;
    private static final byte[] BEGINNING = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final String UNKNOWN = "UNKNOWN";
    private static final List<String> PROTOCOLS = List.of("TCP4 ", "TCP6 ", UNKNOWN + " ", UNKNOWN + "\r");
    private static final String NO_PROTOCOL = "the protocol is none of TCP4, TCP6 and UNKNOWN";
    private static final int SHORTEST = "PROXY UNKNOWN\r\n".length();
    /** Behind the word that has begun last, of four: the least that must follow until the line is whole. */
    private static final List<String> SHORTEST_RESTS = List.of(" :: 0 0\r\n", " 0 0\r\n", " 0\r\n", "\r\n");
    private static final Pattern DECIMAL = Pattern.compile("0|[1-9][0-9]{0,4}");
    /** {@link Inet6Address#ofLiteral} also takes brackets, zones, and groups with more zeros in front, which have no place here. */
    private static final Pattern IPV6 = Pattern
            .compile("(?:[0-9a-fA-F]{0,4}:){2,8}(?:[0-9a-fA-F]{1,4}|[0-9]{1,3}(?:\\.[0-9]{1,3}){3})?");

    void parse(MemorySegment bytes, int length, ReceivedHeader header) {
        int known = Math.min(length, BEGINNING.length);
        if (bytes.asSlice(0, known).mismatch(MemorySegment.ofArray(BEGINNING).asSlice(0, known)) >= 0) {
            header.invalid("it begins with something else");
            return;
        }
        if (length < BEGINNING.length) {
            header.incomplete(SHORTEST);
            return;
        }
        int end = endOfLine(bytes, Math.min(length, MAX_BYTES));
        if (end < 0 && length >= MAX_BYTES) {
            header.invalid("no end of line within " + MAX_BYTES + " bytes");
        } else if (end < 0 && !beginsAsProtocol(bytes.asSlice(BEGINNING.length, length - BEGINNING.length))) {
            header.invalid(NO_PROTOCOL);
        } else if (end < 0) {
            header.incomplete(Math.max(SHORTEST, length + shortestRest(bytes, length)));
        } else {
            byte[] line = bytes.asSlice(0, end).toArray(ValueLayout.JAVA_BYTE);
            parse(new String(line, StandardCharsets.ISO_8859_1), header);
        }
    }

    private static boolean beginsAsProtocol(MemorySegment rest) {
        return PROTOCOLS.stream().anyMatch(protocol -> {
            int known = (int) Math.min(rest.byteSize(), protocol.length());
            return rest.asSlice(0, known).mismatch(MemorySegment.ofArray(
                    protocol.substring(0, known).getBytes(StandardCharsets.US_ASCII))) < 0;
        });
    }

    /** At least so many bytes are missing of a line without its end: a sender of single bytes is not looked at after each. */
    private static int shortestRest(MemorySegment bytes, int length) {
        if (bytes.get(ValueLayout.JAVA_BYTE, length - 1L) == '\r') {
            return 1;
        }
        int last = SHORTEST_RESTS.size() - 1;
        boolean hasAddresses = length > BEGINNING.length && bytes.get(ValueLayout.JAVA_BYTE, BEGINNING.length) == 'T';
        int spaces = hasAddresses ? 0 : last + 1;
        for (int at = BEGINNING.length; at < length && spaces <= last; at++) {
            spaces += bytes.get(ValueLayout.JAVA_BYTE, at) == ' ' ? 1 : 0;
        }
        return SHORTEST_RESTS.get(Math.clamp(spaces - 1L, 0, last)).length();
    }

    /** Behind the first line feed; negative when there is none. */
    private static int endOfLine(MemorySegment bytes, int length) {
        for (int at = BEGINNING.length; at < length; at++) {
            if (bytes.get(ValueLayout.JAVA_BYTE, at) == '\n') {
                return at + 1;
            }
        }
        return -1;
    }

    private static void parse(String line, ReceivedHeader header) {
        String content = line.substring(BEGINNING.length, line.length() - 1);
        if (!content.endsWith("\r") || content.indexOf('\r') < content.length() - 1) {
            header.invalid("the line does not end in CR LF");
            return;
        }
        String[] words = content.substring(0, content.length() - 1).split(" ", -1);
        switch (words[0]) {
            case UNKNOWN -> header.local(line.length());
            case "TCP4" -> parseAddresses(words, true, line.length(), header);
            case "TCP6" -> parseAddresses(words, false, line.length(), header);
            default -> header.invalid(NO_PROTOCOL);
        }
    }

    private static void parseAddresses(String[] words, boolean isIpv4, int length, ReceivedHeader header) {
        if (words.length != 5 || !set(header.source(), words[1], words[3], isIpv4)
                || !set(header.destination(), words[2], words[4], isIpv4)) {
            header.invalid("it does not have two addresses and two ports of " + words[0]);
        } else {
            header.proxied(length, MemorySegment.NULL);
        }
    }

    private static boolean set(ClientAddress address, String host, String port, boolean isIpv4) {
        int number = decimal(port, 65535);
        Optional<InetAddress> ip = isIpv4 ? ipv4(host) : ipv6(host);
        ip.ifPresent(literal -> address.set(literal, Math.max(0, number)));
        return number >= 0 && ip.isPresent();
    }

    /** Without a leading zero; -1 for anything else. */
    private static int decimal(String text, int most) {
        int value = DECIMAL.matcher(text).matches() ? Integer.parseInt(text) : -1;
        return value <= most ? value : -1;
    }

    private static Optional<InetAddress> ipv4(String text) {
        String[] parts = text.split("\\.", -1);
        byte[] bytes = new byte[4];
        if (parts.length != bytes.length) {
            return Optional.empty();
        }
        for (int i = 0; i < bytes.length; i++) {
            int part = decimal(parts[i], 255);
            if (part < 0) {
                return Optional.empty();
            }
            bytes[i] = (byte) part;
        }
        try {
            return Optional.of(InetAddress.getByAddress(bytes));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 bytes are always an address", e);
        }
    }

    private static Optional<InetAddress> ipv6(String text) {
        int dotted = text.indexOf('.') < 0 ? -1 : text.lastIndexOf(':');
        if (!IPV6.matcher(text).matches()
                || (dotted >= 0 && ipv4(text.substring(dotted + 1)).isEmpty())) {
            return Optional.empty();
        }
        try {
            return Optional.of(Inet6Address.ofLiteral(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
