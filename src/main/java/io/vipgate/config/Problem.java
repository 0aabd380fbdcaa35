package io.vipgate.config;

/**
 * One thing wrong, or doubtful, in a configuration. <b>Immutable.</b>
 *
 * @param file the file as the operator named it
 * @param line from 1; 0 when it concerns the file as a whole
 * @param path the key's path, such as {@code pools.nginx.balance}; empty when it concerns no key
 * @param message what is wrong, in the form {@code value (expected: rule)} where there is a value
 */
public record Problem(String file, int line, String path, String message) {
    /** One line, {@code gateway.yaml:12: pools.nginx.endpoints.vip1.weight: 300 (expected: 0 to 256)}. */
    @Override
    public String toString() {
        return file + (line > 0 ? ":" + line : "") + ": " + (path.isEmpty() ? "" : path + ": ") + message;
    }
}
