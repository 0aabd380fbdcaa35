package io.vipgate.clienthello;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;

/**
 * Reads the ClientHello that a TLS connection begins with (RFC 8446 section 4.1.2; older versions have the same form), from bytes
 * that are looked at and not consumed. It may be split over records, at any place, and bytes may have come in any pieces: the
 * answer is the same.
 *
 * <p>Strict, since a server that reads the same bytes otherwise would make of the routing a way around it: lengths fit exactly,
 * no extension comes twice (section 4.2), no record is empty, and before the records of the hello and between them there is no other: some servers pass over
 * an alert there.
 *
 * <p>Confined to its event loop: the result is one object.
 */
public final class ClientHelloParser {
    private static final int CLIENT_HELLO = 1;
    private static final int MESSAGE_HEAD_BYTES = 4;
    private static final int RANDOM_BYTES = 32;
    private static final int MAX_SESSION_ID_BYTES = 32;
    private static final int EXTENSION_HEAD_BYTES = 4;
    private static final int SERVER_NAME = 0;
    private static final int ALPN = 16;
    private static final int ENCRYPTED_CLIENT_HELLO = 0xfe0d;
    private static final int HOST_NAME = 0;

    private final ClientHello hello = new ClientHello();
    private final HandshakeBytes in = new HandshakeBytes();
    private final BitSet extensions = new BitSet();
    /** Handshake bytes of the message. */
    private int end;
    private String fault = "";

    /** A parser with a result of its own. */
    public ClientHelloParser() {}

    /**
     * Looks at the first bytes of a connection.
     *
     * @param bytes where they lie
     * @param length how many have come, 1 or more
     * @param maxBytes a hello that takes more, its records' heads counted, is invalid
     * @return what they are; the same object each time
     */
    public ClientHello parse(MemorySegment bytes, int length, int maxBytes) {
        hello.begin();
        int content = bytes.get(ValueLayout.JAVA_BYTE, 0);
        if (content < HandshakeBytes.FIRST_CONTENT || content > HandshakeBytes.LAST_CONTENT
                || (length > 1 && bytes.get(ValueLayout.JAVA_BYTE, 1) != 3)) {
            return hello.notTls();
        }
        if (content != HandshakeBytes.HANDSHAKE) {
            return length > 1
                    ? hello.invalid("a record of TLS that is none of a handshake, before the ClientHello")
                    : hello.incomplete(2);
        }
        in.begin(bytes, length);
        int type = in.one();
        if (in.state() == HandshakeBytes.State.FINE && type != CLIENT_HELLO) {
            return hello.invalid("a handshake that does not begin with a ClientHello");
        }
        end = MESSAGE_HEAD_BYTES + in.three();
        if (in.state() == HandshakeBytes.State.FINE) {
            in.skip(end - MESSAGE_HEAD_BYTES);
        } else {
            end = MESSAGE_HEAD_BYTES;
        }
        return switch (in.state()) {
            case FOREIGN ->
                hello.invalid("a record that is empty, too long, or none of a handshake, within the ClientHello");
            case SHORT -> {
                long needed = in.needed(end - in.count());
                yield needed > maxBytes ? tooLong(maxBytes) : hello.incomplete((int) needed);
            }
            case FINE -> in.taken() > maxBytes ? tooLong(maxBytes) : readWhole(bytes, length);
        };
    }

    private ClientHello tooLong(int maxBytes) {
        return hello.invalid("a ClientHello of more than " + maxBytes + " bytes");
    }

    private ClientHello readWhole(MemorySegment bytes, int length) {
        in.begin(bytes, length);
        in.skip(MESSAGE_HEAD_BYTES);
        extensions.clear();
        return readMessage() ? hello.whole() : hello.invalid(fault);
    }

    private int rest() {
        return end - in.count();
    }

    private boolean isWrong(String why) {
        fault = why;
        return false;
    }

    private boolean readMessage() {
        if (rest() < 2 + RANDOM_BYTES + 1 || in.two() >> 8 != 3) {
            return isWrong("a ClientHello of no version of TLS");
        }
        in.skip(RANDOM_BYTES);
        int session = in.one();
        if (session > MAX_SESSION_ID_BYTES || rest() < session + 2) {
            return isWrong("a session ID that is too long");
        }
        in.skip(session);
        int suites = in.two();
        if (suites < 2 || suites % 2 != 0 || rest() < suites + 1) {
            return isWrong("a list of cipher suites that does not fit");
        }
        in.skip(suites);
        int methods = in.one();
        if (methods < 1 || rest() < methods) {
            return isWrong("a list of compression methods that does not fit");
        }
        in.skip(methods);
        return rest() == 0 || readExtensions();
    }

    private boolean readExtensions() {
        if (rest() < 2 || in.two() != rest()) {
            return isWrong("extensions that do not fit");
        }
        while (rest() > 0) {
            if (rest() < EXTENSION_HEAD_BYTES) {
                return isWrong("extensions that do not fit");
            }
            int type = in.two();
            int length = in.two();
            if (length > rest()) {
                return isWrong("extensions that do not fit");
            }
            if (extensions.get(type)) {
                return isWrong("an extension that comes twice");
            }
            extensions.set(type);
            int rest = rest() - length;
            boolean isRight = switch (type) {
                case SERVER_NAME -> readServerNames(rest);
                case ALPN -> readProtocols(rest);
                default -> {
                    in.skip(length);
                    yield true;
                }
            };
            if (!isRight) {
                return false;
            }
            if (type == ENCRYPTED_CLIENT_HELLO) {
                hello.encrypted();
            }
        }
        return true;
    }

    /** Reads to where so many bytes of the message are left. */
    private boolean readServerNames(int rest) {
        if (rest() - rest < 2 || in.two() != rest() - rest || rest() == rest) {
            return isWrong("a list of server names that does not fit");
        }
        while (rest() > rest) {
            if (rest() - rest < 3) {
                return isWrong("a list of server names that does not fit");
            }
            int type = in.one();
            int length = in.two();
            if (length == 0 || length > rest() - rest) {
                return isWrong("a server name that does not fit");
            }
            if (type != HOST_NAME) {
                in.skip(length);
            } else if (hello.hasName()) {
                return isWrong("two server names");
            } else {
                hello.readName(in, length);
            }
        }
        return true;
    }

    /** Reads to where so many bytes of the message are left. */
    private boolean readProtocols(int rest) {
        if (rest() - rest < 2 || in.two() != rest() - rest || rest() == rest) {
            return isWrong("a list of protocols that does not fit");
        }
        while (rest() > rest) {
            int length = in.one();
            if (length == 0 || length > rest() - rest) {
                return isWrong("a protocol that does not fit");
            }
            hello.readProtocol(in, length);
        }
        return true;
    }
}
