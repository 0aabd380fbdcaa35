package io.vipgate.hash;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * SipHash-2-4 (J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF", 2012): who does not know the key can't
 * choose addresses that all land in one place.
 *
 * <p>Immutable.
 *
 * @param k0 first half of the key
 * @param k1 second half of the key
 */
public record SipHash(long k0, long k1) {
    private static final VarHandle LITTLE_ENDIAN_LONG = MethodHandles.byteArrayViewVarHandle(long[].class,
            ByteOrder.LITTLE_ENDIAN);

    /**
     * The hash whose key is the first 16 bytes of SHA-256 over the text. The empty text gives a key that everybody
     * knows.
     */
    public static SipHash keyedBy(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return new SipHash((long) LITTLE_ENDIAN_LONG.get(digest, 0), (long) LITTLE_ENDIAN_LONG.get(digest, 8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Hash of a message of any length. */
    public long of(byte[] message) {
        State state = begun();
        int whole = message.length & ~7;
        for (int i = 0; i < whole; i += 8) {
            state.absorb((long) LITTLE_ENDIAN_LONG.get(message, i));
        }
        long last = (long) message.length << 56;
        for (int i = whole; i < message.length; i++) {
            last |= (message[i] & 0xffL) << (8 * (i - whole));
        }
        state.absorb(last);
        return state.finish();
    }

    /** Hash of the message of 16 bytes that two words in little-endian order make; allocates nothing once compiled. */
    public long of(long first, long second) {
        State state = begun();
        state.absorb(first);
        state.absorb(second);
        state.absorb(16L << 56);
        return state.finish();
    }

    /**
     * Hashes of many messages of 16 bytes that begin with the same word: {@code of(first, seconds[i])} for each, without
     * beginning anew each time.
     *
     * @param hashes as long as the seconds; takes the answers
     */
    public void of(long first, long[] seconds, long[] hashes) {
        State begun = begun();
        begun.absorb(first);
        long v0 = begun.v0;
        long v1 = begun.v1;
        long v2 = begun.v2;
        long v3 = begun.v3;
        for (int i = 0; i < hashes.length; i++) {
            State state = new State(v0, v1, v2, v3);
            state.absorb(seconds[i]);
            state.absorb(16L << 56);
            hashes[i] = state.finish();
        }
    }

    private State begun() {
        return new State(k0 ^ 0x736f6d6570736575L, k1 ^ 0x646f72616e646f6dL, k0 ^ 0x6c7967656e657261L,
                k1 ^ 0x7465646279746573L);
    }

    private static final class State {
        private long v0;
        private long v1;
        private long v2;
        private long v3;

        State(long v0, long v1, long v2, long v3) {
            this.v0 = v0;
            this.v1 = v1;
            this.v2 = v2;
            this.v3 = v3;
        }

        void absorb(long word) {
            v3 ^= word;
            round();
            round();
            v0 ^= word;
        }

        long finish() {
            v2 ^= 0xff;
            round();
            round();
            round();
            round();
            return v0 ^ v1 ^ v2 ^ v3;
        }

        private void round() {
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
    }
}
