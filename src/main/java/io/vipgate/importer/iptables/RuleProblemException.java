package io.vipgate.importer.iptables;

/** A command that iptables would refuse, or that can't be read. */
final class RuleProblemException extends Exception {
    private static final long serialVersionUID = 1L;

    RuleProblemException(String problem) {
        super(problem, null, false, false);
    }

    String problem() {
        return String.valueOf(getMessage());
    }
}
