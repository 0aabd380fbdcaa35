package io.vipgate.process;

import io.vipgate.access.AccessEntry;
import io.vipgate.config.GatewayConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a configuration's access lists, and what has become of them since they were looked at last.
 *
 * <p>Confined to the thread that looks.
 */
final class ListedFiles {
    private static final Logger LOG = LoggerFactory.getLogger(ListedFiles.class);

    private Map<Path, FileIdentity> seen = Map.of();
    private List<AccessEntry> entries = List.of();
    private @Nullable GatewayConfig looked;

    /**
     * Looks at them.
     *
     * @return whether a file has come, gone, or been replaced. One that was written in place is told of, and no more
     */
    @SuppressWarnings("ReferenceEquality") // the one that was looked at, not one like it
    boolean haveChanged(GatewayConfig config) {
        if (config == looked && entries.isEmpty()) {
            return false;
        }
        looked = config;
        List<AccessEntry> now = config.listeners().values().stream().flatMap(listener -> listener.access().stream())
                .flatMap(access -> Stream.concat(access.allow().stream(), access.deny().stream()))
                .filter(entry -> entry.prefix().isEmpty()).distinct().toList();
        boolean areSame = now.equals(entries);
        Map<Path, FileIdentity> before = seen;
        entries = now;
        seen = look(now);
        if (!areSame) {
            // Those of another configuration were read with it.
            return false;
        }
        boolean hasChanged = !seen.keySet().equals(before.keySet());
        for (Map.Entry<Path, FileIdentity> file : seen.entrySet()) {
            hasChanged |= isReplaced(file.getKey(), before.get(file.getKey()), file.getValue());
        }
        return hasChanged;
    }

    private static boolean isReplaced(Path path, @Nullable FileIdentity before, FileIdentity now) {
        if (before == null || now.equals(before)) {
            return false;
        }
        if (now.isSameFile(before)) {
            LOG.warn("{} was written in place and is not loaded, since it may be half a file; SIGHUP loads it, or a "
                    + "rename over it", path);
            return false;
        }
        return true;
    }

    private static Map<Path, FileIdentity> look(List<AccessEntry> entries) {
        Map<Path, FileIdentity> files = new HashMap<>();
        for (AccessEntry entry : entries) {
            try {
                for (Path file : entry.present()) {
                    FileIdentity identity = FileIdentity.of(file);
                    if (identity != null) {
                        files.put(file, identity);
                    }
                }
            } catch (IOException e) {
                LOG.debug("{}: {}", entry, e.toString());
            }
        }
        return files;
    }
}
