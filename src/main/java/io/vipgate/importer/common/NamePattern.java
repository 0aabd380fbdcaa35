package io.vipgate.importer.common;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which server names a regular expression matches, as far as names and whole domains say it: {@code ^(.+\.)?example\.com$}.
 *
 * <p>Immutable.
 *
 * @param exact names
 * @param below domains of which it matches every name below
 * @param isWhole whether it matches these, and nothing else
 */
public record NamePattern(List<String> exact, List<String> below, boolean isWhole) {
    /** The beginning of a group, which may have a name. */
    private static final String GROUP = "\\((?:\\?:|\\?P?<\\w+>)?";
    /** Any labels before a domain, and the domain itself. */
    private static final Pattern WITH_DOMAIN = Pattern.compile("^(?:\\^" + GROUP
            + "(?:\\.[+*]\\\\\\.\\)[?*]|\\[\\^\\\\?\\.]\\+\\\\\\.\\)\\*)|" + GROUP
            + "(?:\\^\\|\\\\\\.|\\\\\\.\\|\\^)\\))");
    /** One label or more before a domain. */
    private static final Pattern BELOW_DOMAIN = Pattern.compile("^(?:\\^?(?:\\.[+*]|" + GROUP
            + "\\.[+*]\\))|\\^(?:\\[a-z0-9\\\\?[.-]\\\\?[.-]][+*]|" + GROUP
            + "\\[a-z0-9\\\\?[.-]\\\\?[.-]][+*]\\)))?\\\\\\.");
    /** At most one label: vipgate takes more of them. */
    private static final Pattern WITH_ONE_LABEL = Pattern
            .compile("^\\^" + GROUP + "(?:\\[[^\\]]*]|\\\\w)[+*]\\\\\\.\\)[?*]");
    /** One label: vipgate takes more of them. */
    private static final Pattern ONE_LABEL = Pattern
            .compile("^\\^(?:" + GROUP + ")?(?:\\[[^\\]]*]|\\\\w)[+*]\\)?\\\\\\.");
    private static final Pattern ALTERNATIVES = Pattern
            .compile(GROUP + "([A-Za-z0-9_./|\\\\-]*)\\)(\\??)");
    /** What stands around a protocol in an offer. */
    private static final Pattern OFFER_EDGES = Pattern
            .compile("\\\\b|^\\^|\\$$|\\((?:\\?:)?(?:\\^\\|,|,\\|\\^|,\\|\\$|\\$\\|,)\\)|^\\.\\*|\\.\\*$");
    private static final int MAX_ALTERNATIVES = 200;
    private static final int MAX_LENGTH = 500;
    private static final NamePattern NONE = new NamePattern(List.of(), List.of(), false);

    /** Copies the lists. */
    public NamePattern {
        exact = List.copyOf(exact);
        below = List.copyOf(below);
    }

    /** What an expression says that is searched for within a name. */
    public static NamePattern of(String regex) {
        if (regex.length() > MAX_LENGTH) {
            return NONE;
        }
        Matcher head = WITH_DOMAIN.matcher(regex);
        if (head.find()) {
            return of(regex.substring(head.end()), true, true, true);
        }
        head = BELOW_DOMAIN.matcher(regex);
        if (head.find()) {
            return of(regex.substring(head.end()), false, true, true);
        }
        head = WITH_ONE_LABEL.matcher(regex);
        if (head.find()) {
            return of(regex.substring(head.end()), true, true, false);
        }
        head = ONE_LABEL.matcher(regex);
        if (head.find()) {
            return of(regex.substring(head.end()), false, true, false);
        }
        boolean isOpen = regex.startsWith("^") && !regex.endsWith("$");
        return isOpen
                ? NONE
                : regex.startsWith("^") ? of(regex.substring(1), true, false, true) : of(regex, true, true, false);
    }

    /** Names and wildcards. */
    public List<String> keys() {
        return Stream.concat(exact.stream(), below.stream().map(domain -> "*." + domain)).toList();
    }

    /** The protocols that an expression looks for in a list with commas; empty where it can't be told. */
    public static Optional<List<String>> protocols(String regex) {
        if (regex.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        String inner = OFFER_EDGES.matcher(regex).replaceAll("");
        List<String> protocols = expand(inner).stream()
                .map(each -> each.replaceAll("\\\\([^A-Za-z0-9])", "$1")).toList();
        return !protocols.isEmpty() && protocols.stream().allMatch(each -> each.matches("[A-Za-z0-9/._-]{1,255}"))
                ? Optional.of(protocols)
                : Optional.empty();
    }

    private static NamePattern of(String rest, boolean isItself, boolean isBelow, boolean isWholeBefore) {
        boolean hasEnd = rest.endsWith("$") && !rest.endsWith("\\$");
        List<String> texts = expand(hasEnd ? rest.substring(0, rest.length() - 1) : rest);
        List<String> names = new ArrayList<>();
        boolean isWhole = isWholeBefore && hasEnd && !texts.isEmpty();
        for (String text : texts) {
            String name = text.replace("\\.", "\u0000").replace("\\-", "-");
            isWhole &= !name.contains(".");
            name = name.replace('\u0000', '.');
            if (!name.matches("[A-Za-z0-9_.-]*[A-Za-z0-9_-]")) {
                return NONE;
            }
            names.add(name);
        }
        return new NamePattern(isItself ? names : List.of(), isBelow ? names : List.of(), isWhole);
    }

    /** Each of the texts that alternatives in brackets come to; none where they are too many. */
    private static List<String> expand(String regex) {
        List<String> open = new ArrayList<>(List.of(regex));
        for (int i = 0; i < open.size(); i++) {
            String text = open.get(i);
            Matcher alternatives = ALTERNATIVES.matcher(text);
            while (alternatives.find()) {
                open.remove(i);
                String optional = alternatives.group(2).isEmpty() ? "" : "|";
                for (String each : (alternatives.group(1) + optional).split("\\|", -1)) {
                    open.add(i, text.substring(0, alternatives.start()) + each + text.substring(alternatives.end()));
                }
                if (open.size() > MAX_ALTERNATIVES) {
                    return List.of();
                }
                text = open.get(i);
                alternatives = ALTERNATIVES.matcher(text);
            }
        }
        return open;
    }
}
