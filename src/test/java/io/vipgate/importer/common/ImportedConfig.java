package io.vipgate.importer.common;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.access.AccessEntry;
import io.vipgate.access.AccessLine;
import io.vipgate.access.AccessList;
import io.vipgate.clienthello.HelloRoute;
import io.vipgate.clienthello.HelloRoutes;
import io.vipgate.config.AccessConfig;
import io.vipgate.config.ConfigLoader;
import io.vipgate.config.EndpointConfig;
import io.vipgate.config.GatewayConfig;
import io.vipgate.config.ListenerConfig;
import io.vipgate.config.LoadResult;
import io.vipgate.config.Loaded;
import io.vipgate.config.PoolConfig;
import io.vipgate.config.TlsConfig;
import io.vipgate.linux.ClientAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Map;
import java.util.Objects;

/** What an import printed, as {@code vipgate check} reads it. */
public record ImportedConfig(ImportResult result, GatewayConfig config) {
    public static ImportedConfig of(ImportResult result) {
        assertThat(result.failure()).as("%s", result.notes()).isEmpty();
        LoadResult loaded = ConfigLoader.parse("imported", result.yaml().getBytes(StandardCharsets.UTF_8), Map.of());
        assertThat(loaded).as(result.yaml() + loaded).isInstanceOf(Loaded.class);
        return new ImportedConfig(result, ((Loaded) loaded).config());
    }

    /** A file of the test resources, by its path below this package's parent. */
    public static String file(String path) {
        try (InputStream in = Objects.requireNonNull(
                ImportedConfig.class.getResourceAsStream("/io/vipgate/importer/" + path), path)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public PoolConfig pool(String name) {
        return Objects.requireNonNull(config.pools().get(name), () -> "no " + name + ": " + result.yaml());
    }

    public EndpointConfig endpoint(String pool, String name) {
        return Objects.requireNonNull(pool(pool).endpoints().get(name), () -> "no " + name + ": " + result.yaml());
    }

    public ListenerConfig listener(String name) {
        return Objects.requireNonNull(config.listeners().get(name), () -> "no " + name + ": " + result.yaml());
    }

    /** The binds of a listener, and its pool. */
    public String wiring(String listener) {
        return String.join(" ", listener(listener).bind().stream().map(Object::toString).toList()) + " -> "
                + listener(listener).pool();
    }

    /** What the endpoints weigh, {@code name=address*weight}; backups in brackets. */
    public List<String> endpoints(String pool) {
        return pool(pool).endpoints().entrySet().stream().map(entry -> {
            String text = entry.getKey() + "=" + entry.getValue().address() + "*" + entry.getValue().weight();
            return entry.getValue().backup() ? "(" + text + ")" : text;
        }).toList();
    }

    public List<String> notes() {
        return notes(result);
    }

    public static List<String> notes(ImportResult result) {
        return result.notes().stream().map(Note::toString).toList();
    }

    /** Checks that a note on the line has the words. */
    public static void assertNoted(ImportResult result, int line, String words) {
        assertThat(notes(result)).anyMatch(note -> note.startsWith("line " + line + ": ") && note.contains(words));
    }

    /** Whether a client may come in to a listener, as the gateway decides it. */
    public boolean admits(String listener, String client) {
        Optional<AccessConfig> access = listener(listener).access();
        ClientAddress address = new ClientAddress();
        address.set(InetAddress.ofLiteral(client), 0);
        return access.isEmpty() || AccessList
                .read(lines(access.get().allow()), lines(access.get().deny())).list().orElseThrow()
                .isAllowed(address.high(), address.low());
    }

    /** The pool of a TLS client that names a server, or none, and offers protocols, as the gateway finds it; else {@code refused}. */
    public String led(String listener, String name, String... protocols) {
        ListenerConfig config = listener(listener);
        if (config.tls().isEmpty()) {
            return config.pool();
        }
        TlsConfig tls = config.tls().get();
        HelloRoute<String> route = new HelloRoutes<>(tls.names(), tls.alpn()).of(name.isEmpty() ? null : name,
                List.of(protocols));
        String target = route.target();
        TlsConfig.Otherwise otherwise = name.isEmpty() ? tls.noName() : tls.unknownName();
        return target != null ? target : otherwise == TlsConfig.Otherwise.REJECT ? "refused" : config.pool();
    }

    /** The pool of a client that does not begin with TLS; else {@code refused}. */
    public String ledWithoutTls(String listener) {
        ListenerConfig config = listener(listener);
        return config.tls().filter(tls -> tls.notTls() == TlsConfig.Otherwise.REJECT).map(_ -> "refused")
                .orElse(config.pool());
    }

    private static List<AccessLine> lines(List<AccessEntry> entries) {
        return entries.stream().map(entry -> new AccessLine(entry, "imported")).toList();
    }
}
