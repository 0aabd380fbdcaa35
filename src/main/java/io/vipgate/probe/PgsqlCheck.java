package io.vipgate.probe;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Begins a session with PostgreSQL and goes when it is asked for a password or let in: then it takes clients.
 *
 * <p>Immutable. Source: PostgreSQL's frontend/backend protocol 3.0, "Message Formats".
 */
final class PgsqlCheck implements Talk {
    private static final int PROTOCOL = 3 << 16;
    private static final int LEAST_LENGTH = 8;
    private static final byte[] TERMINATE = {'X', 0, 0, 0, 4};

    private final byte[] startup;

    PgsqlCheck(String user) {
        ByteArrayOutputStream parameters = new ByteArrayOutputStream();
        for (String each : new String[]{"user", user, "database", "postgres", "application_name", "vipgate-probe"}) {
            parameters.writeBytes(each.getBytes(StandardCharsets.UTF_8));
            parameters.write(0);
        }
        parameters.write(0);
        startup = ByteBuffer.allocate(LEAST_LENGTH + parameters.size()).putInt(LEAST_LENGTH + parameters.size())
                .putInt(PROTOCOL).put(parameters.toByteArray()).array();
    }

    @Override
    public ProbeResult with(Conversation conversation) throws IOException {
        AnswerBytes in = new AnswerBytes(conversation.heard());
        conversation.say(startup);
        int type = in.next();
        if (type != 'R' && type != 'E') {
            throw new BadAnswerException("not PostgreSQL's protocol");
        }
        byte[] message = in.next(in.number(Integer.BYTES) - Integer.BYTES);
        if (type == 'E') {
            return ProbeResult.fail(errorIn(message));
        }
        if (message.length < Integer.BYTES) {
            throw new BadAnswerException("not PostgreSQL's protocol");
        }
        if (ByteBuffer.wrap(message).getInt() != 0) {
            conversation.takeLeave();
            return ProbeResult.pass("asks for a password");
        }
        return letIn(conversation, in);
    }

    /** Waits until the session is ready. That this user or database is not there says nothing against the server. */
    private static ProbeResult letIn(Conversation conversation, AnswerBytes in) throws IOException {
        int type = in.next();
        byte[] message = in.next(in.number(Integer.BYTES) - Integer.BYTES);
        while (type != 'Z' && type != 'E') {
            type = in.next();
            message = in.next(in.number(Integer.BYTES) - Integer.BYTES);
        }
        if (type == 'E') {
            String error = errorIn(message);
            return error.startsWith("error 53") || error.startsWith("error 57")
                    ? ProbeResult.fail(error)
                    : ProbeResult.pass("let in: " + ResultText.printable(error));
        }
        conversation.say(TERMINATE);
        conversation.takeLeave();
        return ProbeResult.pass("let in");
    }

    /** Fields of a letter and a text each: C is the SQL state, M the message. */
    private static String errorIn(byte[] message) {
        String state = "";
        String text = "";
        for (int at = 0; at < message.length && message[at] != 0;) {
            String field = AnswerBytes.text(message, at + 1);
            if (message[at] == 'C') {
                state = field + " ";
            } else if (message[at] == 'M') {
                text = field;
            }
            at += 2 + field.getBytes(StandardCharsets.UTF_8).length;
        }
        return "error " + state + text;
    }
}
