package io.vipgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Loads texts in tests. This machine has the address 198.51.100.7 there. */
final class Loads {
    static final Set<InetAddress> LOCAL = Set.of(InetAddress.ofLiteral("198.51.100.7"),
            InetAddress.ofLiteral("2001:db8::7"));

    /** A valid start of a file, four lines long: what follows stands in pool {@code nginx}. */
    static final String POOL = """
            listeners: { web: { bind: 203.0.113.1:80, pool: nginx } }
            pools:
              nginx:
                endpoints: { vip1: 192.168.1.100:80, vip2: 192.168.1.200:80 }
            """;

    private Loads() {}

    static LoadResult load(String text, Map<String, String> environment) {
        return ConfigLoader.parse("test.yaml", text.getBytes(StandardCharsets.UTF_8), environment, () -> LOCAL);
    }

    static LoadResult load(String text) {
        return load(text, Map.of());
    }

    static Loaded valid(String text) {
        LoadResult result = load(text);
        assertThat(result).as(text).isInstanceOf(Loaded.class);
        return (Loaded) result;
    }

    /** The pool {@code nginx} with these further lines, which begin at the left. */
    static PoolConfig pool(String lines) {
        return nginx(valid(POOL + lines.indent(4)).config());
    }

    /** The pool {@code nginx} of a configuration. */
    static PoolConfig nginx(GatewayConfig config) {
        return Objects.requireNonNull(config.pools().get("nginx"));
    }

    /** The problems without the file's name, such as {@code 3: pools.nginx: text}. */
    static List<String> problems(LoadResult result) {
        assertThat(result).isInstanceOf(Rejected.class);
        return ((Rejected) result).problems().stream().map(Problem::toString)
                .map(text -> text.substring("test.yaml:".length()))
                .toList();
    }

    static List<String> problems(String text) {
        return problems(load(text));
    }

    /** The problems of {@link #POOL} with these further lines, the first of which is line 5. */
    static List<String> poolProblems(String lines) {
        return problems(POOL + lines.indent(4));
    }
}
