package io.vipgate.json;

/** A text is no JSON, or more of it than is wanted; the message says where. */
public final class JsonException extends Exception {
    private static final long serialVersionUID = 1;

    JsonException(int position, String expected) {
        super("JSON, character " + (position + 1) + " (expected: " + expected + ")");
    }
}
