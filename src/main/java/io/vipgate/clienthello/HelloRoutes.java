package io.vipgate.clienthello;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where ClientHellos lead: by the protocols that a client offers, in its order, then by the server that it names.
 *
 * <p>Immutable.
 *
 * @param <T> what they lead to
 */
public final class HelloRoutes<T> {
    private final ServerNameTable<T> names;
    private final ProtocolTable<T> protocols;
    private final HelloRoute<T> unknown = new HelloRoute<>(HelloResult.DEFAULT, "", null);
    private final HelloRoute<T> nameless = new HelloRoute<>(HelloResult.NO_NAME, "", null);

    /**
     * Makes the routes.
     *
     * @param names by name or wildcard, in small letters and without a last dot
     * @param protocols by the name of the protocol, 1 to 255 bytes in UTF-8
     */
    public HelloRoutes(Map<String, T> names, Map<String, T> protocols) {
        this.names = new ServerNameTable<>(names);
        this.protocols = new ProtocolTable<>(protocols);
    }

    /** Where a whole ClientHello leads. */
    public HelloRoute<T> of(ClientHello hello) {
        HelloRoute<T> route = hello.firstOf(protocols);
        return route != null ? route : hello.hasName() ? ofName(hello.isNameUsable() ? hello.name() : "") : nameless;
    }

    /**
     * Where one with this content would lead.
     *
     * @param name in any case of letters, with or without a last dot; null for none
     * @param offered protocols, in the client's order
     */
    public HelloRoute<T> of(@Nullable String name, List<String> offered) {
        for (String protocol : offered) {
            byte[] bytes = protocol.getBytes(StandardCharsets.UTF_8);
            HelloRoute<T> route = protocols.get(bytes, 0, bytes.length);
            if (route != null) {
                return route;
            }
        }
        if (name == null) {
            return nameless;
        }
        String folded = name.toLowerCase(Locale.ROOT);
        String plain = folded.endsWith(".") ? folded.substring(0, folded.length() - 1) : folded;
        return ofName(ServerName.isUsable(plain) ? plain : "");
    }

    private HelloRoute<T> ofName(String usable) {
        HelloRoute<T> route = names.find(usable);
        return route == null ? unknown : route;
    }
}
