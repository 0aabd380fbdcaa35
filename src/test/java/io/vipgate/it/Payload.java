package io.vipgate.it;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Bytes that follow from a seed, so that loss, repetition and mixing up of streams all show.
 *
 * <p>Confined to the thread that uses it.
 */
final class Payload {
    private static final int BLOCK = 256 << 10;

    private final MessageDigest digest = sha256();
    private final byte[] block = new byte[BLOCK];
    private long blocks;

    Payload(long seed) {
        random(seed).nextBytes(block);
    }

    static RandomGenerator random(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    static byte[] bytes(long seed, int count) {
        byte[] bytes = new byte[count];
        random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Sends so many bytes in pieces. */
    void send(Peer to, long count, int piece) throws IOException {
        for (long left = count; left > 0;) {
            int length = (int) Math.min(left, Math.min(piece, BLOCK));
            // Every piece differs from the others, so that none can be missing unseen.
            blocks++;
            for (int i = 0; i < Long.BYTES && i < length; i++) {
                block[i] = (byte) (blocks >>> (8 * i));
            }
            digest.update(block, 0, length);
            to.send(block, 0, length);
            left -= length;
        }
    }

    /** Reads exactly so many bytes; fewer when the stream ends. */
    long receive(Peer from, long count) throws IOException {
        long got = 0;
        while (got < count) {
            int read = from.read(block, (int) Math.min(count - got, BLOCK));
            if (read < 0) {
                break;
            }
            digest.update(block, 0, read);
            got += read;
        }
        return got;
    }

    /** SHA-256 of what went through, in hexadecimal. */
    String hash() {
        return HexFormat.of().formatHex(digest.digest());
    }

    static String hash(byte[] bytes) {
        return HexFormat.of().formatHex(sha256().digest(bytes));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
