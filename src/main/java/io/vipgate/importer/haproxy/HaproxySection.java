package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A frontend, backend or listen section, with the lines that it inherits from its defaults before its own.
 *
 * <p>Immutable; two are the same only if they are one.
 */
final class HaproxySection {
    /** Rules of which those of the defaults hold only where a section has none. */
    private static final Set<String> RULE_SETS = Set.of("tcp-check", "http-check");
    private static final Set<String> SERVERS = Set.of("server", "server-template", "dispatch");
    /** How timeouts were written before HAProxy 2.1. */
    private static final Map<String, String> OLD_TIMEOUTS = Map.of("connect", "contimeout", "client", "clitimeout",
            "server", "srvtimeout");

    private final Statement section;
    private final List<Statement> inherited;
    private final Map<String, List<Statement>> own;

    /** With what its defaults say, of which it may say some anew. */
    HaproxySection(Statement section, List<Statement> inherited) {
        this.section = section;
        this.inherited = withoutRulesOf(section.block(), inherited);
        own = section.block().stream().collect(Collectors.groupingBy(Statement::name));
    }

    /** As it stands in the file. */
    Statement section() {
        return section;
    }

    /** Inherited lines and own ones, which replace them. */
    static List<Statement> overridden(List<Statement> inherited, List<Statement> own) {
        return Stream.concat(withoutRulesOf(own, inherited).stream(), own.stream()).toList();
    }

    /**
     * A section with check rules of its own has no others. Its own {@code option httpchk} takes those of the defaults away too; its
     * own {@code option tcp-check} does where the defaults check otherwise.
     */
    private static List<Statement> withoutRulesOf(List<Statement> own, List<Statement> inherited) {
        Set<String> replaced = own.stream().map(Statement::name).filter(RULE_SETS::contains)
                .collect(Collectors.toCollection(HashSet::new));
        if (own.stream().anyMatch(each -> each.is("option", "httpchk"))) {
            replaced.add("http-check");
        }
        boolean isTcpCheck = inherited.stream().filter(each -> each.is("option") && HaproxyCheck.isKind(each.word(1)))
                .reduce((_, last) -> last).filter(each -> each.word(1).equals("tcp-check")).isPresent();
        if (!isTcpCheck && own.stream().anyMatch(each -> each.is("option", "tcp-check"))) {
            replaced.add("tcp-check");
        }
        return inherited.stream().filter(line -> !replaced.contains(line.name())).toList();
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
        return statements().filter(each -> each.is("disabled") || each.is("enabled")).reduce((_, last) -> last)
                .filter(each -> each.is("disabled")).isPresent();
    }

    /** Whether it is carried over as far as it can be. */
    boolean isTcp() {
        return !isDisabled() && mode().equals("tcp");
    }

    /** Whether clients can be passed on to servers of its own. */
    boolean hasServers() {
        return isBackend() && statements().anyMatch(each -> SERVERS.contains(each.name()));
    }

    /** Whether it is there for its stick-table, which others use. */
    boolean isTableAlone() {
        return last("stick-table").isPresent() && last("server").isEmpty() && last("server-template").isEmpty();
    }

    Optional<Statement> last(String... first) {
        return lines(first).reduce((_, last) -> last);
    }

    private Stream<Statement> lines(String... first) {
        return Stream.concat(inherited.stream().filter(each -> each.name().equals(first[0])),
                own.getOrDefault(first[0], List.of()).stream()).filter(each -> each.is(first));
    }

    List<Statement> all(String... first) {
        return lines(first).toList();
    }

    /** An option that is set and not taken back after that. */
    Optional<Statement> option(String name) {
        return statements()
                .filter(each -> each.is("option", name) || each.is("no", "option", name)
                        || each.is("default", "option", name))
                .reduce((_, last) -> last).filter(each -> each.is("option"));
    }

    /** One of {@code timeout connect}, {@code timeout client} and so on, under whichever name. */
    Optional<Statement> timeoutLine(String name) {
        return statements().filter(each -> each.is("timeout", name) || isOldTimeout(each, name))
                .reduce((_, last) -> last);
    }

    /** How long it is; zero is no timeout. */
    Optional<Duration> timeout(String name) {
        return timeoutLine(name)
                .flatMap(each -> HaproxyTime.parse(each.word(each.is("timeout") ? 2 : 1)))
                .filter(each -> !each.isZero());
    }

    private static boolean isOldTimeout(Statement line, String name) {
        return line.name().equals(OLD_TIMEOUTS.get(name)) || line.is("timeout", OLD_TIMEOUTS.getOrDefault(name, "-"));
    }
}
