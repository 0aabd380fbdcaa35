package io.vipgate.cli;

import io.vipgate.config.ConfigLoader;
import io.vipgate.config.LoadResult;
import io.vipgate.config.Loaded;
import io.vipgate.config.Problem;
import io.vipgate.config.Rejected;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds and loads the configuration that a command line names.
 *
 * <p>Immutable.
 */
final class ConfigFile {
    private static final Path DEFAULT = Path.of("config", "gateway.yaml");

    private ConfigFile() {}

    /** The named file; else {@code config/gateway.yaml} here, or beside the program. */
    static Path locate(@Nullable Path named) {
        if (named != null) {
            return named;
        }
        String home = System.getProperty("vipgate.home");
        if (!Files.exists(DEFAULT) && home != null) {
            return Path.of(home).resolve(DEFAULT);
        }
        return DEFAULT;
    }

    /** Loads a file; prints every problem when there are any. */
    static Optional<Loaded> load(Path file, PrintWriter err) {
        LoadResult result = ConfigLoader.load(file, System.getenv());
        return switch (result) {
            case Loaded loaded -> Optional.of(loaded);
            case Rejected rejected -> {
                for (Problem problem : rejected.problems()) {
                    err.println(problem);
                }
                int count = rejected.problems().size();
                err.println(count == 1 ? "1 problem" : count + " problems");
                err.flush();
                yield Optional.empty();
            }
        };
    }
}
