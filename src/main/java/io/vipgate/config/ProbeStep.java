package io.vipgate.config;

/**
 * One exchange of a send-expect probe: {@code pools.P.probe.steps[]}. <b>Immutable.</b>
 *
 * @param send empty for nothing
 * @param expect empty for nothing
 */
public record ProbeStep(
        @Key(doc = "bytes to send; escapes as in C") EscapedText send,
        @Key(doc = "bytes expected anywhere in the 64 KiB behind what the step before has found; escapes as in C") EscapedText expect) {
    /** Whether nothing is sent and nothing expected. */
    boolean isEmpty() {
        return send.isEmpty() && expect.isEmpty();
    }
}
