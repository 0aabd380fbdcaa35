package io.vipgate.process;

import io.vipgate.config.ConfigLoader;
import io.vipgate.config.LoadResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A configuration's file, which is read when nobody has written it for a moment: an editor or a copy may still be at it, and half
 * a file can be valid.
 *
 * <p>Immutable.
 *
 * @param environment what <code>${NAME}</code> in values stands for
 */
record SettledFile(Path path, Map<String, String> environment) {
    private static final Logger LOG = LoggerFactory.getLogger(SettledFile.class);
    /** A file that was written less than this ago may still be being written. */
    private static final Duration SETTLED = Duration.ofMillis(200);
    private static final int MAX_WAITS = 25;

    /** Keeps its own copy. */
    SettledFile {
        environment = Map.copyOf(environment);
    }

    /** Reads it, after five seconds at most. */
    LoadResult load() {
        awaitSettled();
        return ConfigLoader.load(path, environment);
    }

    private void awaitSettled() {
        try {
            for (int i = 0; i < MAX_WAITS; i++) {
                long age = System.currentTimeMillis()
                        - Files.readAttributes(path, BasicFileAttributes.class).lastModifiedTime().toMillis();
                if (age < 0 || age >= SETTLED.toMillis()) {
                    return;
                }
                Thread.sleep(SETTLED.toMillis() - age);
            }
        } catch (IOException e) {
            LOG.debug("the loader will say why the file can't be read: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
