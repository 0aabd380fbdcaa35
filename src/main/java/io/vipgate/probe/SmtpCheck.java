package io.vipgate.probe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Waits for a mail server's greeting, greets it, and goes.
 *
 * <p>Immutable. Source: RFC 5321, sections 3.1, 3.2 and 4.2.
 */
final class SmtpCheck implements Talk {
    private static final int SERVICE_READY = 220;
    private static final int COMPLETED = 250;
    private static final int FIRST_PERMANENT = 500;
    private static final int CODE_LENGTH = 3;
    private static final Pattern BEFORE_LAST = Pattern.compile("(?s)[2-5][0-9]{2}-.*");
    private static final Pattern LAST = Pattern.compile("(?s)[2-5][0-9]{2}(?: .*)?");

    private final String helo;

    /** @param helo what the gateway calls itself */
    SmtpCheck(String helo) {
        this.helo = helo;
    }

    private record Reply(int code, String text) {
        static Reply read(AnswerBytes in) throws IOException {
            String line = in.line();
            while (BEFORE_LAST.matcher(line).matches()) {
                line = in.line();
            }
            if (!LAST.matcher(line).matches()) {
                throw new BadAnswerException("not SMTP: " + line);
            }
            return new Reply(Integer.parseInt(line.substring(0, CODE_LENGTH)), line);
        }
    }

    @Override
    public ProbeResult with(Conversation conversation) throws IOException {
        AnswerBytes in = new AnswerBytes(conversation.heard());
        // The header alone, should there be one: the server speaks first.
        conversation.say(new byte[0]);
        Reply greeting = Reply.read(in);
        if (greeting.code() != SERVICE_READY) {
            return refused(conversation, greeting);
        }
        say(conversation, "EHLO " + helo);
        Reply reply = Reply.read(in);
        if (reply.code() >= FIRST_PERMANENT) {
            say(conversation, "HELO " + helo);
            reply = Reply.read(in);
        }
        if (reply.code() != COMPLETED) {
            return refused(conversation, reply);
        }
        leave(conversation);
        return ProbeResult.pass("greeted");
    }

    private static ProbeResult refused(Conversation conversation, Reply reply) throws IOException {
        leave(conversation);
        return ProbeResult.fail(ResultText.printable(reply.text()));
    }

    private static void leave(Conversation conversation) throws IOException {
        say(conversation, "QUIT");
        conversation.takeLeave();
    }

    private static void say(Conversation conversation, String line) throws IOException {
        conversation.say((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }
}
