package io.vipgate.config;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which pool a TLS client gets by what its ClientHello says: {@code listeners.L.tls}. TLS itself goes on to the endpoint.
 * <b>Immutable.</b>
 *
 * @param names pools by server names and wildcards, in small letters and without a last dot
 * @param alpn pools by application protocols
 * @param maxHello 1 KiB to 64 KiB
 */
public record TlsConfig(
        @Key(keys = MapKeys.SERVER_NAME, doc = "the pool for each server name; `\"*.example.com\"` is for one label or more before "
                + "`.example.com`, not for that itself; an exact name decides before a wildcard, a longer one before a "
                + "shorter one") Map<String, String> names,
        @Key(keys = MapKeys.PROTOCOL, doc = "the pool for clients that offer an application protocol, such as `acme-tls/1`; decides "
                + "before names") Map<String, String> alpn,
        @Key(byDefault = "default", doc = "clients that name a server that `names` has not: `default` (the listener's `pool`), "
                + "`reject` (the TLS alert `unrecognized_name`, then FIN)") Otherwise unknownName,
        @Key(byDefault = "default", doc = "clients that name no server: `default`, `reject` (the same alert)") Otherwise noName,
        @Key(byDefault = "default", doc = "clients that do not begin with TLS: `default`, `reject` (RST)") Otherwise notTls,
        @Key(byDefault = "5s", min = "100ms", max = "1m", doc = "for the whole ClientHello to come; who is late is reset") Duration timeout,
        @Key(byDefault = "16KiB", min = "1KiB", max = "64KiB", doc = "a longer ClientHello is refused, and where a PROXY header "
                + "comes before it, one that ends beyond 64KiB") ByteSize maxHello) {
    /** Keeps its own copies. */
    public TlsConfig {
        names = Collections.unmodifiableMap(new LinkedHashMap<>(names));
        alpn = Collections.unmodifiableMap(new LinkedHashMap<>(alpn));
    }

    /** What becomes of clients that nothing else is said of. */
    public enum Otherwise {
        /** They get the listener's pool. */
        DEFAULT,
        /** They are refused. */
        REJECT
    }
}
