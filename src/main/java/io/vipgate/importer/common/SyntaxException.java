package io.vipgate.importer.common;

/** A text that can't be split into statements. */
public final class SyntaxException extends Exception {
    private static final long serialVersionUID = 1L;

    public SyntaxException(int line, String problem) {
        super("line " + line + ": " + problem, null, false, false);
    }

    /** What is wrong, with its line. */
    public String problem() {
        return String.valueOf(getMessage());
    }
}
