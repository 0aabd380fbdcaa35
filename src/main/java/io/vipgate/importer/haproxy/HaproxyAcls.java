package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Conditions of a frontend's rules, by name or in braces; manual of HAProxy, section 7.
 *
 * <p>Confined to one import.
 */
final class HaproxyAcls {
    private static final Set<String> OR = Set.of("or", "OR", "||");

    private final Map<String, List<List<String>>> named = new HashMap<>();

    HaproxyAcls(HaproxySection frontend) {
        for (Statement acl : frontend.all("acl")) {
            List<String> words = acl.words();
            named.computeIfAbsent(acl.word(1), _ -> new ArrayList<>()).add(words.subList(Math.min(2, words.size()),
                    words.size()));
        }
    }

    /** Words of the longest condition that has a name, 1 at least. */
    int longest() {
        return Math.max(1,
                named.values().stream().mapToInt(each -> each.stream().mapToInt(List::size).sum()).max().orElse(1));
    }

    /** What {@code if ...} or {@code unless ...} says from its first word on; nothing is always true. */
    <T> T test(List<String> condition, HaproxyLogic<T> logic) {
        if (condition.isEmpty()) {
            return logic.always(true);
        }
        T holds = expression(condition.subList(1, condition.size()), logic);
        return switch (condition.getFirst()) {
            case "if" -> holds;
            case "unless" -> logic.not(holds);
            default -> logic.unknown();
        };
    }

    private <T> T expression(List<String> words, HaproxyLogic<T> logic) {
        T any = logic.always(false);
        T all = logic.always(true);
        boolean isNegated = false;
        int i = 0;
        while (i < words.size()) {
            String word = words.get(i++);
            if (OR.contains(word)) {
                any = logic.or(any, all);
                all = logic.always(true);
                continue;
            }
            while (word.startsWith("!")) {
                isNegated = !isNegated;
                word = word.substring(1);
            }
            if (word.isEmpty()) {
                continue;
            }
            T term;
            if (word.equals("{")) {
                int end = i + Math.max(0, words.subList(i, words.size()).indexOf("}"));
                term = logic.criterion(words.subList(i, end));
                i = Math.min(words.size(), end + 1);
            } else {
                term = name(word, logic);
            }
            all = logic.and(all, isNegated ? logic.not(term) : term);
            isNegated = false;
        }
        return logic.or(any, all);
    }

    private <T> T name(String name, HaproxyLogic<T> logic) {
        List<List<String>> definitions = named.getOrDefault(name, List.of());
        if (definitions.isEmpty()) {
            return switch (name) {
                // Where it does not hold yet HAProxy waits, and asks the rule again.
                case "TRUE", "WAIT_END" -> logic.always(true);
                case "FALSE" -> logic.always(false);
                default -> logic.unknown();
            };
        }
        return definitions.stream().map(logic::criterion).reduce(logic.always(false), logic::or);
    }

    /** The words behind the criterion and its flags; a flag that says where the values are leaves one that nothing matches. */
    static List<String> values(List<String> words) {
        int i = 1;
        while (i < words.size() && words.get(i).startsWith("-")) {
            String flag = words.get(i++);
            if (flag.equals("-m")) {
                i++;
            } else if (flag.equals("--")) {
                break;
            } else if (!flag.equals("-i") && !flag.equals("-n")) {
                return List.of(flag);
            }
        }
        return words.subList(Math.min(i, words.size()), words.size());
    }

    /** The single addresses that {@code dst} is compared with, in named conditions and in those of the rules. */
    List<String> singleAddresses(List<Statement> rules) {
        List<List<String>> criteria = new ArrayList<>();
        named.values().forEach(criteria::addAll);
        for (Statement rule : rules) {
            List<String> words = rule.words();
            for (int i = 0; i < words.size(); i++) {
                if (words.get(i).equals("{") || words.get(i).equals("!{")) {
                    criteria.add(words.subList(i + 1, words.size()));
                }
            }
        }
        List<String> found = new ArrayList<>();
        for (List<String> criterion : criteria) {
            if (!criterion.isEmpty() && (criterion.getFirst().equals("dst") || criterion.getFirst().equals("fc_dst"))) {
                int end = criterion.indexOf("}");
                values(end < 0 ? criterion : criterion.subList(0, end)).stream().map(HaproxyAcls::singleAddress)
                        .filter(host -> HostPort.literal(host).isPresent()).forEach(found::add);
            }
        }
        return found;
    }

    /** Without a prefix that says the same; one that says less stays. */
    private static String singleAddress(String value) {
        return value.replaceFirst(value.contains(":") ? "/128$" : "/32$", "");
    }
}
