package io.vipgate.probe;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the greeting of MySQL or MariaDB and, as a user without a password, logs in and out again.
 *
 * <p>Immutable. Source: MySQL's client/server protocol, "Connection Phase Packets", protocol version 10.
 */
final class MysqlCheck implements Talk {
    private static final int LONG_PASSWORD = 0x1;
    private static final int PROTOCOL_41 = 0x200;
    private static final int SECURE_CONNECTION = 0x8000;
    private static final int PLUGIN_AUTH = 0x80000;
    private static final int MAX_PACKET = 1 << 24;
    private static final int UTF8 = 33;

    private static final int VERSION = 10;
    private static final int OK = 0x00;
    private static final int MORE = 0x01;
    private static final int OTHER_METHOD = 0xFE;
    private static final int ERROR = 0xFF;
    private static final int LOGGED_IN_FAST = 0x03;
    private static final byte[] QUIT = {1};
    /** Another method of logging in, more data, then the outcome. */
    private static final int MAX_ROUNDS = 4;

    /** What comes behind the server's version: thread, challenge, filler, flags, character set, status, flags. */
    private static final int LOW_FLAGS = 13;
    private static final int HIGH_FLAGS = 18;
    private static final int CHALLENGE_LENGTH = 20;
    private static final int REST_OF_CHALLENGE = 31;
    private static final int FIRST_OF_CHALLENGE = 8;
    private static final int LEAST_REST = 13;

    private final String user;

    /** @param user empty to read the greeting alone */
    MysqlCheck(String user) {
        this.user = user;
    }

    /** Immutable, as nobody changes its bytes. */
    private static final class Packet {
        private final int number;
        private final byte[] payload;

        private Packet(int number, byte[] payload) {
            this.number = number;
            this.payload = payload;
        }

        static Packet read(AnswerBytes in) throws IOException {
            int length = in.next() | in.next() << 8 | in.next() << 16;
            return new Packet(in.next(), in.next(length));
        }

        int at(int index) {
            return index < payload.length ? payload[index] & 0xFF : -1;
        }

        String text(int from) {
            return AnswerBytes.text(payload, from);
        }
    }

    @Override
    public ProbeResult with(Conversation conversation) throws IOException {
        AnswerBytes in = new AnswerBytes(conversation.heard());
        // The header alone, should there be one: the server speaks first.
        conversation.say(new byte[0]);
        Packet greeting = Packet.read(in);
        if (greeting.at(0) == ERROR) {
            return ProbeResult.fail(errorIn(greeting));
        }
        if (greeting.at(0) != VERSION) {
            throw new BadAnswerException("not MySQL's protocol, version 10");
        }
        String version = greeting.text(1);
        if (user.isEmpty()) {
            conversation.takeLeave();
            return ProbeResult.pass("greeting of " + version);
        }
        conversation.say(packet(greeting.number + 1, login(greeting, 2 + version.length())));
        for (int rounds = 0; rounds < MAX_ROUNDS; rounds++) {
            Packet answer = Packet.read(in);
            switch (answer.at(0)) {
                case OK -> {
                    conversation.say(packet(0, QUIT));
                    conversation.takeLeave();
                    return ProbeResult.pass("logged in to " + version);
                }
                case ERROR -> {
                    return ProbeResult.fail(errorIn(answer));
                }
                case OTHER_METHOD -> conversation.say(packet(answer.number + 1, new byte[0]));
                case MORE -> {
                    if (answer.at(1) != LOGGED_IN_FAST) {
                        return ProbeResult.fail("asks for a password");
                    }
                }
                default -> throw new BadAnswerException("not MySQL's answer to a login");
            }
        }
        return ProbeResult.fail("no end to the login");
    }

    /** A HandshakeResponse41 without a password, for the method that the server prefers. */
    private byte[] login(Packet greeting, int rest) {
        int flags = greeting.at(rest + LOW_FLAGS) | greeting.at(rest + LOW_FLAGS + 1) << 8
                | greeting.at(rest + HIGH_FLAGS) << 16 | greeting.at(rest + HIGH_FLAGS + 1) << 24;
        boolean hasMethods = greeting.payload.length > rest + REST_OF_CHALLENGE && (flags & PLUGIN_AUTH) != 0;
        ByteArrayOutputStream login = new ByteArrayOutputStream();
        littleEndian(login, LONG_PASSWORD | PROTOCOL_41 | SECURE_CONNECTION | (hasMethods ? PLUGIN_AUTH : 0));
        littleEndian(login, MAX_PACKET);
        login.write(UTF8);
        login.writeBytes(new byte[23]);
        login.writeBytes(user.getBytes(StandardCharsets.UTF_8));
        login.write(0);
        login.write(0);
        if (hasMethods) {
            int more = Math.max(LEAST_REST, greeting.at(rest + CHALLENGE_LENGTH) - FIRST_OF_CHALLENGE);
            login.writeBytes(greeting.text(rest + REST_OF_CHALLENGE + more).getBytes(StandardCharsets.UTF_8));
            login.write(0);
        }
        return login.toByteArray();
    }

    private static byte[] packet(int number, byte[] payload) {
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        littleEndian(packet, payload.length | number << 24);
        packet.writeBytes(payload);
        return packet.toByteArray();
    }

    private static void littleEndian(ByteArrayOutputStream out, int value) {
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            out.write(value >>> shift);
        }
    }

    /** Number and text, with or without an SQL state between them. */
    private static String errorIn(Packet packet) {
        int text = packet.at(3) == '#' ? 9 : 3;
        return "error " + (packet.at(1) | packet.at(2) << 8) + ": " + packet.text(text);
    }
}
