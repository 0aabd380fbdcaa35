package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A frontend, backend or listen section, with the lines that it inherits from its defaults before its own.
 *
 * <p>Immutable.
 *
 * @param section as it stands in the file
 * @param inherited what its defaults say
 */
record HaproxySection(Statement section, List<Statement> inherited) {
    HaproxySection {
        inherited = List.copyOf(inherited);
    }

    /** The lines in their order; a later one replaces an earlier one. */
    Stream<Statement> statements() {
        return Stream.concat(inherited.stream(), section.block().stream());
    }

    String name() {
        return section.word(1);
    }

    boolean isFrontend() {
        return !section.name().equals("backend");
    }

    boolean isBackend() {
        return !section.name().equals("frontend");
    }

    /** {@code tcp}, unless another mode is written. */
    String mode() {
        return last("mode").map(each -> each.word(1)).orElse("tcp");
    }

    boolean isDisabled() {
        return last("disabled").isPresent() && last("enabled").isEmpty();
    }

    Optional<Statement> last(String... first) {
        return statements().filter(each -> each.is(first)).reduce((_, last) -> last);
    }

    List<Statement> all(String... first) {
        return statements().filter(each -> each.is(first)).toList();
    }

    /** An option that is set and not taken back after that. */
    Optional<Statement> option(String name) {
        return statements()
                .filter(each -> each.is("option", name) || each.is("no", "option", name))
                .reduce((_, last) -> last).filter(each -> each.is("option"));
    }

    /** One of {@code timeout connect}, {@code timeout client} and so on; zero is no timeout. */
    Optional<Duration> timeout(String name) {
        return last("timeout", name).flatMap(each -> HaproxyTime.parse(each.word(2))).filter(each -> !each.isZero());
    }
}
