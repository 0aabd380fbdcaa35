package io.vipgate.cli;

import io.vipgate.admin.Token;
import io.vipgate.config.AdminBind;
import io.vipgate.config.AdminConfig;
import io.vipgate.config.BindAddress;
import io.vipgate.config.ConfigLoader;
import io.vipgate.config.LoadResult;
import io.vipgate.config.Loaded;
import io.vipgate.config.Problem;
import io.vipgate.config.Rejected;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Which gateway a command is for, and with which token.
 *
 * <p>Confined to the main thread.
 */
final class AdminOptions {
    private static final String DEFAULT_URL = "http://127.0.0.1:9180";
    private static final Path DEFAULT_SOCKET = Path.of("/run/vipgate/admin.sock");

    @Option(names = "--admin", paramLabel = "URL", description = "The gateway's admin address, or unix: and the path of its socket (default: VIPGATE_ADMIN, else what the configuration says).")
    private @Nullable String url;

    @Option(names = "--token-file", paramLabel = "FILE", description = "Holds the token (default: the token in VIPGATE_TOKEN, else what the configuration says).")
    private @Nullable Path tokenFile;

    @Option(names = {"-c",
        "--config"}, paramLabel = "FILE", description = "The gateway's configuration, whose admin section says where it is (default: config/gateway.yaml).")
    private @Nullable Path config;

    AdminOptions() {}

    /** A client of the gateway that is meant. */
    AdminClient client() {
        return client(System.getenv());
    }

    AdminClient client(Map<String, String> environment) {
        return new AdminClient(bases(environment), () -> token(environment));
    }

    /** Where the gateway may be, best first. */
    private List<URI> bases(Map<String, String> environment) {
        String named = url != null ? url : environment.getOrDefault("VIPGATE_ADMIN", "");
        if (!named.isEmpty()) {
            return List
                    .of(base(named.contains("://") || named.startsWith(AdminBind.SCHEME) ? named : "http://" + named));
        }
        Optional<AdminConfig> section = section();
        List<AdminBind> binds = section.map(AdminConfig::bind).orElse(List.of());
        Stream<Path> sockets = section.isEmpty()
                ? Stream.of(DEFAULT_SOCKET)
                : binds.stream().flatMap(bind -> bind.socket().stream());
        boolean hasAddress = section.isEmpty() || binds.stream().anyMatch(bind -> bind.address().isPresent());
        List<URI> all = new ArrayList<>(sockets.filter(socket -> Files.isWritable(socket) || !hasAddress)
                .map(socket -> base(AdminBind.SCHEME + socket)).toList());
        binds.stream().flatMap(bind -> bind.address().stream()).map(bind -> base("http://" + reachable(bind)))
                .forEach(all::add);
        if (section.isEmpty()) {
            all.add(base(DEFAULT_URL));
        }
        return all;
    }

    private static URI base(String text) {
        try {
            URI base = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            boolean isUrl = base.getHost() != null && List.of("http", "https").contains(base.getScheme())
                    && base.getRawPath().isEmpty() && base.getRawQuery() == null;
            if (isUrl
                    || (text.startsWith(AdminBind.SCHEME + "/") && base.getHost() == null && base.getPath() != null)) {
                return base;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw new CommandException(ExitStatus.USAGE, "--admin: " + text + " (expected: an address such as "
                + DEFAULT_URL + " or " + AdminBind.SCHEME + DEFAULT_SOCKET + ")");
    }

    private static String reachable(BindAddress bind) {
        return bind.isWildcard()
                ? new BindAddress(Optional.of(InetAddress.ofLiteral(
                        bind.address().filter(java.net.Inet6Address.class::isInstance).isPresent()
                                ? "::1"
                                : "127.0.0.1")),
                        bind.port()).toString()
                : bind.toString();
    }

    /** The admin section; empty when there is none. A file that was not asked for need not be there, or be valid. */
    private Optional<AdminConfig> section() {
        Path file = ConfigFile.locate(config);
        LoadResult result = config != null || Files.exists(file)
                ? ConfigLoader.load(file, System.getenv())
                : new Rejected(List.of(new Problem(file.toString(), 0, "", "is not there")));
        Optional<AdminConfig> section = switch (result) {
            case Loaded loaded -> loaded.config().admin();
            case Rejected rejected when config != null -> throw new CommandException(ExitStatus.USAGE,
                    file + " does not say where the gateway is",
                    rejected.problems().stream().map(Problem::toString).toList());
            case Rejected _ -> Optional.empty();
        };
        if (config != null && section.isEmpty()) {
            throw new CommandException(ExitStatus.USAGE, file + ": admin: is missing, so the gateway has no admin "
                    + "server (expected: `admin: {}`, or --admin URL)");
        }
        return section;
    }

    private String token(Map<String, String> environment) {
        try {
            if (tokenFile != null) {
                return Token.read(tokenFile);
            }
            String given = environment.getOrDefault("VIPGATE_TOKEN", "").strip();
            if (!given.isEmpty()) {
                return given;
            }
            Optional<Path> configured = section().flatMap(AdminConfig::tokenFile);
            return configured.isPresent() ? Token.read(configured.get()) : firstToken(Token.places(environment));
        } catch (IOException e) {
            throw new CommandException(ExitStatus.USAGE, "the token: " + e.getMessage()
                    + "; name its file by --token-file");
        }
    }

    private static String firstToken(List<Path> places) throws IOException {
        IOException failure = new IOException("there is none");
        for (Path place : places) {
            try {
                return Token.read(place);
            } catch (IOException e) {
                failure = e;
            }
        }
        throw failure;
    }
}
