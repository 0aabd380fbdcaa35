package io.vipgate.config;

import io.vipgate.config.Node.MapNode;
import io.vipgate.text.Sanitizer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Reads a configuration. Bad input never throws: it is {@link Rejected}, with every problem at once. <b>Stateless.</b>
 */
public final class ConfigLoader {
    /** A longer file is refused, bytes. */
    public static final int MAX_BYTES = 1024 * 1024;

    private ConfigLoader() {}

    /**
     * Reads a file.
     *
     * @param environment what <code>${NAME}</code> in values stands for
     */
    public static LoadResult load(Path file, Map<String, String> environment) {
        String label = file.toString();
        byte[] content;
        try {
            if (Files.isDirectory(file)) {
                return unreadable(label, "is a directory (expected: a file)");
            }
            try (InputStream in = Files.newInputStream(file)) {
                content = in.readNBytes(MAX_BYTES + 1);
            }
        } catch (NoSuchFileException e) {
            return unreadable(label, "no such file");
        } catch (AccessDeniedException e) {
            return unreadable(label, "permission denied");
        } catch (IOException e) {
            return unreadable(label, "cannot be read: " + Sanitizer.name(String.valueOf(e.getMessage())));
        }
        return parse(label, content, environment);
    }

    /**
     * Reads the bytes of a file.
     *
     * @param label how the problems call the file
     * @param environment what <code>${NAME}</code> in values stands for
     */
    public static LoadResult parse(String label, byte[] content, Map<String, String> environment) {
        return parse(label, content, environment, LocalAddresses::read);
    }

    static LoadResult parse(String label, byte[] content, Map<String, String> environment,
            Supplier<Set<InetAddress>> localAddresses) {
        if (content.length > MAX_BYTES) {
            return unreadable(label, "longer than 1 MiB");
        }
        Problems problems = new Problems(label);
        Binder binder = new Binder(problems, new Variables(environment));
        Optional<GatewayConfig> config = SourceText.decode(content, problems)
                .flatMap(text -> YamlTree.read(text, problems))
                .flatMap((MapNode root) -> binder.bind(GatewayConfig.class, root));
        config.ifPresent(bound -> new ConfigRules(bound, binder.written(), problems, localAddresses).check());
        if (config.isPresent() && problems.none()) {
            return new Loaded(config.get(), problems.warnings(), new String(content, StandardCharsets.UTF_8));
        }
        return new Rejected(problems.errors());
    }

    private static Rejected unreadable(String label, String message) {
        Problems problems = new Problems(label);
        problems.error(0, KeyPath.ROOT, message);
        return new Rejected(problems.errors());
    }
}
