package io.vipgate.probe;

import java.io.IOException;

/**
 * Binds anonymously to a directory, and unbinds.
 *
 * <p>Immutable. Source: RFC 4511, sections 4.1.1, 4.2 and 4.3; lengths in X.690, section 8.1.3.
 */
final class LdapCheck implements Talk {
    private static final byte[] BIND = {0x30, 0x0c, 0x02, 0x01, 0x01, 0x60, 0x07, 0x02, 0x01, 0x03, 0x04, 0x00,
        (byte) 0x80, 0x00};
    private static final byte[] UNBIND = {0x30, 0x05, 0x02, 0x01, 0x02, 0x42, 0x00};
    private static final int SEQUENCE = 0x30;
    private static final int INTEGER = 0x02;
    private static final int ENUMERATED = 0x0a;
    private static final int OCTETS = 0x04;
    private static final int BIND_RESPONSE = 0x61;
    private static final int LONG_FORM = 0x80;
    private static final int MESSAGE = 1;

    @Override
    public ProbeResult with(Conversation conversation) throws IOException {
        AnswerBytes in = new AnswerBytes(conversation.heard());
        conversation.say(BIND);
        expect(in.next() == SEQUENCE);
        long _ = length(in);
        expect(in.next() == INTEGER);
        expect(number(in) == MESSAGE && in.next() == BIND_RESPONSE);
        long _ = length(in);
        expect(in.next() == ENUMERATED);
        long result = number(in);
        if (result != 0) {
            return ProbeResult.fail("bind: result " + result + diagnosis(in));
        }
        conversation.say(UNBIND);
        conversation.takeLeave();
        return ProbeResult.pass("bound");
    }

    /** What the server says besides, behind the name that it did not find. */
    private static String diagnosis(AnswerBytes in) throws IOException {
        expect(in.next() == OCTETS);
        byte[] _ = in.next(length(in));
        expect(in.next() == OCTETS);
        String text = AnswerBytes.text(in.next(length(in)), 0);
        return text.isEmpty() ? "" : ": " + ResultText.printable(text);
    }

    private static long number(AnswerBytes in) throws IOException {
        long length = length(in);
        expect(length > 0 && length <= Integer.BYTES);
        return in.number((int) length);
    }

    private static long length(AnswerBytes in) throws IOException {
        int first = in.next();
        if (first < LONG_FORM) {
            return first;
        }
        int bytes = first - LONG_FORM;
        expect(bytes > 0 && bytes <= Integer.BYTES);
        return in.number(bytes);
    }

    private static void expect(boolean holds) throws BadAnswerException {
        if (!holds) {
            throw new BadAnswerException("not LDAP's answer to a bind");
        }
    }
}
