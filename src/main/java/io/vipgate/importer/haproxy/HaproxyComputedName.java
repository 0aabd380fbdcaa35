package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.GivenFiles;
import io.vipgate.importer.common.HelloKeys;
import io.vipgate.importer.common.SampleHello;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The name of a backend that is computed from the server name of a client, by itself or by a map:
 * {@code %[req.ssl_sni,lower,map(/etc/haproxy/hosts.map,web)]}.
 *
 * <p>Immutable.
 *
 * @param before what stands before it
 * @param map empty: the name itself
 * @param byDefault the name for those that a map does not have; empty: none
 * @param missing the file that was not given
 */
record HaproxyComputedName(String before, String after, Optional<HaproxyNameMap> map, String byDefault,
        Optional<String> missing) {
    private static final Pattern NAME = Pattern
            .compile("([^%]*)%\\[req[._]ssl_sni(?:,lower){0,2}(?:,map(?:_(str|beg|end|dom|sub))?(?:_str)?\\(([^,()]+)"
                    + "(?:,([^()]*))?\\))?(?:,lower)?\\]([^%]*)");

    /** Empty where something else computes it. */
    static Optional<HaproxyComputedName> of(String text, GivenFiles files) {
        Matcher name = NAME.matcher(text);
        if (!name.matches()) {
            return Optional.empty();
        }
        Optional<String> file = Optional.ofNullable(name.group(3));
        String method = name.group(2) == null ? "str" : name.group(2);
        Optional<HaproxyNameMap> map = file.flatMap(files::text).map(each -> HaproxyNameMap.read(method, each));
        return Optional.of(new HaproxyComputedName(name.group(1), name.group(5), map,
                name.group(4) == null ? "" : name.group(4), file.filter(_ -> map.isEmpty())));
    }

    /** The name of a client's backend; empty where there is none. */
    Optional<String> of(SampleHello hello) {
        if (hello.name().isEmpty()) {
            return Optional.empty();
        }
        Optional<String> found = map.isEmpty()
                ? Optional.of(hello.name())
                : map.get().find(hello.name()).or(() -> Optional.of(byDefault).filter(each -> !each.isEmpty()));
        return found.map(each -> before + each + after);
    }

    /**
     * Adds the names that it tells apart.
     *
     * @param backends the names that there are
     * @param loss gets what names and domains do not say
     */
    void collect(HelloKeys keys, Stream<String> backends, Consumer<String> loss) {
        if (map.isPresent()) {
            map.get().values().keySet().forEach(key -> HaproxyNameMap.collect(map.get().method(), key, keys, loss));
        } else if (missing.isEmpty()) {
            backends.filter(each -> each.startsWith(before) && each.endsWith(after)
                    && each.length() > before.length() + after.length())
                    .forEach(each -> keys.addName(each.substring(before.length(), each.length() - after.length())));
        }
    }
}
