package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.BoundedRegex;
import io.vipgate.importer.common.GivenFiles;
import io.vipgate.importer.common.HelloKeys;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.SampleHello;
import io.vipgate.importer.common.Statement;
import io.vipgate.importer.haproxy.HaproxyDestination.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the rules of a frontend tell clients apart by that begin with a ClientHello.
 *
 * <p>Confined to one frontend.
 */
final class HaproxyHellos {
    private static final int MAX_CONTENT_SAMPLES = 200;
    private static final Pattern SET = Pattern.compile("set-var\\(([A-Za-z0-9_.]+)\\)");
    private static final int SET_WORDS = 4;

    private final HaproxySection frontend;
    private final GivenFiles files;
    private final BoundedRegex regex = new BoundedRegex();
    private final Map<List<String>, Optional<HaproxyHelloCriterion>> criteria = new HashMap<>();
    private final Map<String, Optional<HaproxyComputedName>> names = new HashMap<>();
    /** What {@code var(...)} stands for. */
    private final Map<String, String> variables = new HashMap<>();
    private final HelloKeys keys = new HelloKeys();
    private final HelloKeys contentKeys = new HelloKeys();
    private final boolean isUsed;
    private final boolean isUsedByContent;

    HaproxyHellos(Notes notes, HaproxySections sections, HaproxySection frontend, GivenFiles files) {
        this.frontend = frontend;
        this.files = files;
        List<Statement> contents = HaproxyRules.of(frontend, "content");
        contents.stream().filter(rule -> rule.words().size() == SET_WORDS).forEach(rule -> {
            Matcher set = SET.matcher(rule.word(2));
            if (set.matches()) {
                variables.put("var(" + set.group(1) + ")", rule.word(SET_WORDS - 1));
            }
        });
        boolean isCollected = false;
        for (Statement rule : contents) {
            isCollected |= collect(frontend, rule, contentKeys, new Notes());
        }
        isUsedByContent = isCollected;
        for (Statement rule : Stream.concat(contents.stream(), frontend.all("use_backend").stream()).toList()) {
            isCollected |= collect(frontend, rule, keys, notes);
            Optional<HaproxyComputedName> name = computed(rule);
            name.ifPresent(each -> each.collect(keys, sections.backends().map(HaproxySection::name),
                    loss -> notes.addLoss(rule, loss)));
            name.flatMap(HaproxyComputedName::missing).ifPresent(
                    file -> notes.addLoss(rule, "what that map has is not carried over: " + GivenFiles.hint(file)));
            isCollected |= name.isPresent();
        }
        for (HaproxySection backend : backends(sections)) {
            for (Statement rule : backend.all("use-server")) {
                isCollected |= collect(backend, rule, keys, notes);
            }
        }
        isUsed = isCollected;
    }

    /** Those that its rules name; all of them where a name is computed. */
    private List<HaproxySection> backends(HaproxySections sections) {
        List<Statement> rules = Stream.of(frontend.all("use_backend"), frontend.all("default_backend"))
                .flatMap(List::stream).toList();
        boolean isComputed = rules.stream().anyMatch(rule -> rule.word(1).contains("%"));
        return sections.backends().filter(backend -> backend == frontend || isComputed
                || rules.stream().anyMatch(rule -> rule.word(1).equals(backend.name()))).toList();
    }

    /** Whether a rule asks for what a client begins with. */
    private boolean collect(HaproxySection section, Statement rule, HelloKeys into, Notes notes) {
        List<HaproxyHelloCriterion> found = new ArrayList<>();
        new HaproxyAcls(section).test(HaproxyRules.condition(rule), new HaproxyDestination(HostPort.any(1), words -> {
            Optional<HaproxyHelloCriterion> criterion = criterion(words);
            criterion.ifPresent(each -> {
                Statement line = lineOf(section, words, rule);
                found.add(each);
                each.collect(into, loss -> notes.addLoss(line, loss));
                each.missing().forEach(file -> notes.addLoss(line, "what that file has is not carried over: "
                        + GivenFiles.hint(file)));
                if (each.tellsCase()) {
                    notes.add(line, "without -i HAProxy told capitals from small letters in names; vipgate does not");
                }
                if (each.tellsVersions()) {
                    notes.addLoss(line, "clients of TLS 1.0 and 1.1 go where those of TLS 1.2 and 1.3 go");
                }
            });
            return Verdict.UNKNOWN;
        }));
        return !found.isEmpty();
    }

    private static Statement lineOf(HaproxySection section, List<String> words, Statement rule) {
        return section.all("acl").stream()
                .filter(acl -> acl.words().size() > 2 && acl.words().subList(2, acl.words().size()).equals(words))
                .findFirst().orElse(rule);
    }

    private Optional<HaproxyHelloCriterion> criterion(List<String> words) {
        return criteria.computeIfAbsent(words, each -> HaproxyHelloCriterion.of(withoutVariable(each), files, regex));
    }

    private List<String> withoutVariable(List<String> words) {
        List<String> replaced = new ArrayList<>(words);
        if (!words.isEmpty()) {
            replaced.set(0, withoutVariable(words.getFirst()));
        }
        return replaced;
    }

    private String withoutVariable(String text) {
        Optional<String> used = variables.keySet().stream().filter(text::contains).findFirst();
        return used.map(each -> text.replace(each, variables.getOrDefault(each, each))).orElse(text);
    }

    /** The backend of a rule where the server name says which it is. */
    Optional<HaproxyComputedName> computed(Statement rule) {
        return rule.is("use_backend")
                ? names.computeIfAbsent(rule.word(1), each -> HaproxyComputedName.of(withoutVariable(each), files))
                : Optional.empty();
    }

    HelloKeys keys() {
        return keys;
    }

    /** Whether what clients begin with decides where they go, or whether they may come in. */
    boolean isUsed() {
        return isUsed;
    }

    /** How much there is to look at for one client. */
    long effort() {
        return criteria.values().stream().flatMap(Optional::stream).mapToLong(HaproxyHelloCriterion::effort).sum();
    }

    /** Clients that rules of contents tell apart; none where these look at nothing that clients begin with. */
    List<SampleHello> ofContents() {
        return !isUsedByContent
                ? List.of()
                : Stream.concat(Stream.of(SampleHello.NOT_TLS),
                        contentKeys.samples().reversed().stream().limit(MAX_CONTENT_SAMPLES)).toList();
    }

    /** What criteria say of a client. */
    Function<List<String>, Verdict> seenIn(SampleHello hello) {
        return words -> criterion(words).map(each -> each.test(hello)).orElse(Verdict.UNKNOWN);
    }
}
