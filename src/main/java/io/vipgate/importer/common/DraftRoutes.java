package io.vipgate.importer.common;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Where the clients of a listener are led by what they begin with, as vipgate can say it: {@code listeners.L.tls}.
 *
 * <p>Immutable.
 *
 * @param byDefault the listener's own pool
 * @param names by server names and wildcards
 * @param alpn by application protocols, before names
 * @param <T> where clients can be led
 */
public record DraftRoutes<T>(T byDefault, Map<String, T> names, Map<String, T> alpn, boolean rejectsUnknown,
        boolean rejectsNameless, boolean rejectsOthers) {
    /** Copies the maps, in their order. */
    public DraftRoutes {
        names = Collections.unmodifiableMap(new LinkedHashMap<>(names));
        alpn = Collections.unmodifiableMap(new LinkedHashMap<>(alpn));
    }

    /** All clients to one. */
    public static <T> DraftRoutes<T> plain(T target) {
        return new DraftRoutes<>(target, Map.of(), Map.of(), false, false, false);
    }

    /** Whether what clients begin with decides nothing. */
    public boolean isPlain() {
        return names.isEmpty() && alpn.isEmpty() && !rejectsUnknown && !rejectsNameless && !rejectsOthers;
    }

    /** Each of the targets once, the listener's own first. */
    public List<T> targets() {
        return Stream.of(Stream.of(byDefault), names.values().stream(), alpn.values().stream()).flatMap(each -> each)
                .distinct().toList();
    }

    /** What a client gets. */
    HelloOutcome<T> of(SampleHello hello) {
        if (!hello.isTls()) {
            return otherwise(rejectsOthers);
        }
        Optional<T> byProtocol = hello.protocols().stream().map(alpn::get).filter(Objects::nonNull).findFirst();
        if (byProtocol.isPresent()) {
            return new HelloOutcome<>(byProtocol, true);
        }
        if (hello.name().isEmpty()) {
            return otherwise(rejectsNameless);
        }
        Optional<T> byName = Optional.ofNullable(names.get(hello.name()));
        for (int dot = hello.name().indexOf('.'); byName.isEmpty() && dot >= 0; dot = hello.name().indexOf('.',
                dot + 1)) {
            byName = Optional.ofNullable(names.get("*" + hello.name().substring(dot)));
        }
        return byName.isPresent() ? new HelloOutcome<>(byName, true) : otherwise(rejectsUnknown);
    }

    private HelloOutcome<T> otherwise(boolean rejects) {
        return rejects ? HelloOutcome.refused() : HelloOutcome.to(byDefault);
    }

    /** To others; those that become none are left out, and so are all if the listener's own becomes none. */
    public <U> Optional<DraftRoutes<U>> map(Function<T, Optional<U>> target) {
        return target.apply(byDefault).map(own -> new DraftRoutes<>(own, map(names, target), map(alpn, target),
                rejectsUnknown, rejectsNameless, rejectsOthers));
    }

    private static <T, U> Map<String, U> map(Map<String, T> from, Function<T, Optional<U>> target) {
        Map<String, U> to = new LinkedHashMap<>();
        from.forEach((key, each) -> target.apply(each).ifPresent(found -> to.put(key, found)));
        return to;
    }

    /** As it is written; the order is that of the configuration's reference. */
    Map<String, Object> section(Function<T, String> poolName) {
        Map<String, Object> section = new LinkedHashMap<>();
        put(section, "names", names, poolName);
        put(section, "alpn", alpn, poolName);
        Map<String, Boolean> rejects = new LinkedHashMap<>();
        rejects.put("unknownName", rejectsUnknown);
        rejects.put("noName", rejectsNameless);
        rejects.put("notTls", rejectsOthers);
        rejects.forEach((key, isRejecting) -> {
            if (isRejecting) {
                section.put(key, "reject");
            }
        });
        return section;
    }

    private static <T> void put(Map<String, Object> section, String key, Map<String, T> targets,
            Function<T, String> poolName) {
        if (!targets.isEmpty()) {
            Map<String, String> written = new LinkedHashMap<>();
            targets.forEach((name, target) -> written.put(name, poolName.apply(target)));
            section.put(key, written);
        }
    }
}
