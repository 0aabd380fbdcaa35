package io.vipgate.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * What this program was built from.
 *
 * <p>Immutable.
 *
 * @param version of vipgate
 * @param netty version of Netty
 */
public record BuildInfo(String version, String netty) {
    /** Reads what the build wrote. */
    public static BuildInfo read() {
        try (InputStream in = BuildInfo.class.getResourceAsStream("/io/vipgate/build.properties")) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return new BuildInfo(properties.getProperty("version", "unknown"),
                    properties.getProperty("netty", "unknown"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
