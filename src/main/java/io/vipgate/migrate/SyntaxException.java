package io.vipgate.migrate;

/** A text that can't be told into statements from some line on. */
final class SyntaxException extends Exception {
    private static final long serialVersionUID = 1L;

    SyntaxException(int line, String problem) {
        super("line " + line + ": " + problem, null, false, false);
    }

    /** What is wrong, with its line. */
    String problem() {
        return String.valueOf(getMessage());
    }
}
