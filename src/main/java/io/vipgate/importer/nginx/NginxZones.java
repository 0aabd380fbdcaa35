package io.vipgate.importer.nginx;

import io.vipgate.importer.common.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The {@code limit_conn_zone} directives of a stream section, and who uses them; ngx_stream_limit_conn_module.
 *
 * <p>Confined to one import.
 */
final class NginxZones {
    private static final Pattern ZONE = Pattern.compile("zone=([^:]+)(?::.*)?");

    private final Map<String, String> keys = new HashMap<>();
    private final Map<String, Integer> users = new HashMap<>();

    NginxZones(Statement stream) {
        stream.all("limit_conn_zone").forEach(each -> each.words().forEach(word -> {
            Matcher zone = ZONE.matcher(word);
            if (zone.matches()) {
                keys.putIfAbsent(zone.group(1), each.word(1));
            }
        }));
        stream.all("server").forEach(server -> NginxServer.directives(server, stream, "limit_conn").stream()
                .map(each -> each.word(1)).distinct().forEach(zone -> users.merge(zone, 1, Integer::sum)));
    }

    /** What connections are told apart by; empty where there is no such zone. */
    Optional<String> key(String zone) {
        return Optional.ofNullable(keys.get(zone));
    }

    /** Whether several servers count together. */
    boolean isShared(String zone) {
        return users.getOrDefault(zone, 0) > 1;
    }
}
