package io.vipgate.clienthello;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Makes ClientHellos for tests. Confined to the thread of its test. */
public final class HelloBuilder {
    static final int MAX_RECORD = 1 << 14;

    private final ByteArrayOutputStream extensions = new ByteArrayOutputStream();
    private boolean hasExtensions = true;
    private int sessionBytes = 32;
    private int suites = 17;

    /** Begins one. */
    public HelloBuilder() {}

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    public static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    static byte[] two(int value) {
        return new byte[]{(byte) (value >> 8), (byte) value};
    }

    static byte[] withLength(byte[] content) {
        return join(two(content.length), content);
    }

    public HelloBuilder extension(int type, byte[] content) {
        extensions.writeBytes(join(two(type), withLength(content)));
        return this;
    }

    public HelloBuilder serverName(String name) {
        return extension(0, withLength(join(new byte[]{0}, withLength(ascii(name)))));
    }

    public HelloBuilder protocols(List<String> names) {
        byte[] list = new byte[0];
        for (String name : names) {
            list = join(list, new byte[]{(byte) name.length()}, ascii(name));
        }
        return extension(16, withLength(list));
    }

    /** A key share as large as those of post-quantum groups. */
    public HelloBuilder keyShare(int bytes) {
        return extension(51, withLength(new byte[bytes]));
    }

    public HelloBuilder withoutExtensions() {
        hasExtensions = false;
        return this;
    }

    public HelloBuilder sized(int newSessionBytes, int newSuites) {
        sessionBytes = newSessionBytes;
        suites = newSuites;
        return this;
    }

    /** The handshake message. */
    public byte[] message() {
        byte[] body = join(new byte[]{3, 3}, new byte[32], new byte[]{(byte) sessionBytes}, new byte[sessionBytes],
                withLength(new byte[2 * suites]), new byte[]{1, 0},
                hasExtensions ? withLength(extensions.toByteArray()) : new byte[0]);
        return join(new byte[]{1, (byte) (body.length >> 16)}, two(body.length), body);
    }

    public static byte[] record(byte[] content) {
        return join(new byte[]{22, 3, 1}, withLength(content));
    }

    /** A message in records that end at these places of it. */
    public static byte[] records(byte[] message, int... ends) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        int begin = 0;
        for (int end : ends) {
            all.writeBytes(record(Arrays.copyOfRange(message, begin, end)));
            begin = end;
        }
        all.writeBytes(record(Arrays.copyOfRange(message, begin, message.length)));
        return all.toByteArray();
    }

    /** A message in one record, or in as few as hold it. */
    public static byte[] records(byte[] message) {
        int count = (message.length - 1) / MAX_RECORD;
        int[] ends = new int[count];
        for (int i = 0; i < count; i++) {
            ends[i] = (i + 1) * MAX_RECORD;
        }
        return records(message, ends);
    }

    /** A message in records that end anywhere. */
    static byte[] splitAnywhere(byte[] message, RandomGenerator random, int most) {
        int[] ends = random.ints(random.nextInt(most), 1, message.length).distinct().sorted().toArray();
        return records(message, ends);
    }

    public byte[] build() {
        return records(message());
    }
}
