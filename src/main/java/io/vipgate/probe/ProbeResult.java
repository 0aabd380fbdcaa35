package io.vipgate.probe;

import java.util.Locale;

/**
 * What came of one check.
 *
 * <p>Immutable.
 *
 * @param outcome pass or fail
 * @param cause in a few words, for the log: {@code connection refused}, {@code status 503}, {@code no answer in 400 ms}
 * @param isLocal whether this machine lacked something, which never counts, however often it does
 */
public record ProbeResult(Outcome outcome, String cause, boolean isLocal) {
    /** Kinds of results. */
    public enum Outcome {
        /** The endpoint is good. */
        PASS,
        /** The endpoint answered wrongly or refused. */
        FAIL,
        /** The endpoint did not answer in time; counts as a failure. */
        TIMEOUT,
        /** The gateway itself was too late to tell, or lacked a local resource. */
        INCONCLUSIVE;

        private final String label = name().toLowerCase(Locale.ROOT);

        /** The name in metrics. */
        public String label() {
            return label;
        }
    }

    /** A pass. */
    public static ProbeResult pass(String cause) {
        return new ProbeResult(Outcome.PASS, cause, false);
    }

    /** A failure. */
    public static ProbeResult fail(String cause) {
        return new ProbeResult(Outcome.FAIL, cause, false);
    }

    /** A failure by silence. */
    public static ProbeResult timeout(String cause) {
        return new ProbeResult(Outcome.TIMEOUT, cause, false);
    }

    /** No result. */
    public static ProbeResult inconclusive(String cause) {
        return new ProbeResult(Outcome.INCONCLUSIVE, cause, false);
    }

    /** No result, through a fault of ours. */
    static ProbeResult ofFault(Throwable fault) {
        return local("the probe itself failed: " + fault);
    }

    /** No result, for want of something on this machine: an address, a port, a descriptor, memory. */
    public static ProbeResult local(String cause) {
        return new ProbeResult(Outcome.INCONCLUSIVE, cause, true);
    }
}
