package io.vipgate.config;

/**
 * One line per relay: {@code accessLog}. <b>Immutable.</b>
 *
 * @param file {@code stdout} or a path
 * @param sample above 0, at most 1
 */
public record AccessLogConfig(
        @Key(byDefault = "none", doc = "`none`, `text`, `json`") AccessLogFormat format,
        @Key(byDefault = "stdout", doc = "`stdout` or a file's path; appended to, opened anew at SIGHUP") String file,
        @Key(byDefault = "1.0", min = "0.000001", max = "1", doc = "the share of ordinary relays (`close=--` at the first "
                + "attempt) that are logged; all others always are") double sample) {
    /** The {@code file} that stands for standard output. */
    public static final String STDOUT = "stdout";
}
