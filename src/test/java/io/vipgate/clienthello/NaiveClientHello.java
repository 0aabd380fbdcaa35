package io.vipgate.clienthello;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** A second reading of the grammar, which collects the whole message first. */
final class NaiveClientHello {
    private NaiveClientHello() {}

    /** What a whole hello says. */
    record Said(Optional<String> name, List<String> protocols, boolean hasEncrypted) {}

    /** Thrown where the grammar does not hold. */
    static final class Wrong extends Exception {
        private static final long serialVersionUID = 1;
    }

    /** Returns the handshake message, or nothing where bytes are missing. */
    static Optional<byte[]> message(byte[] bytes) throws Wrong {
        byte[] collected = new byte[0];
        int at = 0;
        if (bytes.length == 1 && bytes[0] >= 20 && bytes[0] <= 24) {
            return Optional.empty();
        }
        while (true) {
            if (collected.length >= 1 && collected[0] != 1) {
                throw new Wrong();
            }
            if (collected.length >= 4) {
                int length = 4 + ((collected[1] & 0xff) << 16) + ((collected[2] & 0xff) << 8) + (collected[3] & 0xff);
                if (collected.length >= length) {
                    return Optional.of(Arrays.copyOf(collected, length));
                }
            }
            if ((at < bytes.length && bytes[at] != 22) || (at + 1 < bytes.length && bytes[at + 1] != 3)) {
                throw new Wrong();
            }
            if (at + 5 > bytes.length) {
                return Optional.empty();
            }
            int length = ((bytes[at + 3] & 0xff) << 8) + (bytes[at + 4] & 0xff);
            if (length == 0 || length > 16_384) {
                throw new Wrong();
            }
            int end = Math.min(bytes.length, at + 5 + length);
            collected = HelloBuilder.join(collected, Arrays.copyOfRange(bytes, at + 5, end));
            if (end < at + 5 + length) {
                bytes = Arrays.copyOf(bytes, end);
            }
            at = end;
            if (at == bytes.length && collected.length < 4) {
                if (at >= 1 && collected.length > 0 && collected[0] != 1) {
                    throw new Wrong();
                }
                return Optional.empty();
            }
        }
    }

    private static byte[] take(ByteBuffer from, int count) throws Wrong {
        if (count > from.remaining()) {
            throw new Wrong();
        }
        byte[] taken = new byte[count];
        from.get(taken);
        return taken;
    }

    private static int number(ByteBuffer from, int bytes) throws Wrong {
        int value = 0;
        for (byte each : take(from, bytes)) {
            value = value << 8 | (each & 0xff);
        }
        return value;
    }

    private static ByteBuffer vector(ByteBuffer from, int lengthBytes, int least) throws Wrong {
        byte[] content = take(from, number(from, lengthBytes));
        if (content.length < least) {
            throw new Wrong();
        }
        return ByteBuffer.wrap(content);
    }

    static Said read(byte[] message) throws Wrong {
        ByteBuffer in = ByteBuffer.wrap(message, 4, message.length - 4);
        if (number(in, 2) >> 8 != 3) {
            throw new Wrong();
        }
        take(in, 32);
        if (vector(in, 1, 0).remaining() > 32 || vector(in, 2, 2).remaining() % 2 != 0) {
            throw new Wrong();
        }
        vector(in, 1, 1);
        Optional<String> name = Optional.empty();
        List<String> protocols = new ArrayList<>();
        boolean hasEncrypted = false;
        if (in.hasRemaining()) {
            ByteBuffer extensions = vector(in, 2, 0);
            if (in.hasRemaining()) {
                throw new Wrong();
            }
            Set<Integer> seen = new HashSet<>();
            while (extensions.hasRemaining()) {
                int type = number(extensions, 2);
                ByteBuffer content = vector(extensions, 2, 0);
                if (!seen.add(type)) {
                    throw new Wrong();
                }
                hasEncrypted |= type == 0xfe0d;
                if (type == 0) {
                    name = name(content);
                } else if (type == 16) {
                    ByteBuffer list = vector(content, 2, 1);
                    if (content.hasRemaining()) {
                        throw new Wrong();
                    }
                    while (list.hasRemaining()) {
                        protocols.add(text(vector(list, 1, 1)));
                    }
                }
            }
        }
        return new Said(name, protocols, hasEncrypted);
    }

    private static Optional<String> name(ByteBuffer content) throws Wrong {
        ByteBuffer list = vector(content, 2, 1);
        if (content.hasRemaining()) {
            throw new Wrong();
        }
        Optional<String> name = Optional.empty();
        while (list.hasRemaining()) {
            int type = number(list, 1);
            ByteBuffer value = vector(list, 2, 1);
            if (type == 0) {
                if (name.isPresent()) {
                    throw new Wrong();
                }
                name = Optional.of(text(value));
            }
        }
        return name;
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.ISO_8859_1.decode(bytes).toString();
    }

    /** A name as it is looked up; empty for one that DNS can't hold. */
    static Optional<String> usable(String sent) {
        String name = sent.endsWith(".") ? sent.substring(0, sent.length() - 1) : sent;
        boolean isUsable = name.length() <= 253
                && name.matches("[A-Za-z0-9_-]{1,63}(\\.[A-Za-z0-9_-]{1,63})*");
        return isUsable ? Optional.of(name.toLowerCase(Locale.ROOT)) : Optional.empty();
    }
}
