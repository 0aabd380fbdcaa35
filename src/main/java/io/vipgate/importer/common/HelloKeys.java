package io.vipgate.importer.common;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a file tells clients apart by that begin with a ClientHello: server names, domains, protocols. From it come sample hellos, one
 * for all that the file does not tell apart.
 *
 * <p>Confined to one import.
 */
public final class HelloKeys {
    private static final int MAX_NAMES = 20_000;
    private static final int MAX_PROTOCOLS = 50;
    private static final String LABEL = "[a-z0-9_-]{1,63}";
    private static final Pattern NAME = Pattern.compile("(?=.{1,253}$)" + LABEL + "(?:\\." + LABEL + ")*");
    private static final Pattern NUMBERS = Pattern.compile("[0-9]+(\\.[0-9]+){3}");
    private static final String WILDCARD = "*";
    /** A label that no part of a name or expression is for unless it is for any. */
    private static final String MADE_UP = "zqxjz";

    private final Set<String> names = new LinkedHashSet<>();
    private final Set<String> protocols = new LinkedHashSet<>();
    private final Set<List<String>> lists = new LinkedHashSet<>();
    private final Set<String> versions = new LinkedHashSet<>();

    /** The form in which names are compared; empty if no client can name it. */
    private static Optional<String> usable(String text) {
        String small = text.toLowerCase(Locale.ROOT);
        String name = small.endsWith(".") ? small.substring(0, small.length() - 1) : small;
        return NAME.matcher(name).matches() && !NUMBERS.matcher(name).matches()
                ? Optional.of(name)
                : Optional.empty();
    }

    /** Adds a name; false if no client can name it. */
    public boolean addName(String name) {
        return add(usable(name));
    }

    /** Adds all names of one label or more before a dot and a domain; false if there are none. */
    public boolean addBelow(String domain) {
        return add(usable(domain).map(each -> "*." + each));
    }

    private boolean add(Optional<String> name) {
        name.filter(_ -> names.size() < MAX_NAMES).ifPresent(names::add);
        return name.isPresent();
    }

    /** Adds protocols as a client offers them, with commas between them. */
    public void addProtocols(String list) {
        List<String> each = List.of(list.split(",", -1)).stream().filter(one -> !one.isEmpty()).toList();
        if (protocols.size() + each.size() <= MAX_PROTOCOLS) {
            protocols.addAll(each);
            if (each.size() > 1 && lists.size() < MAX_PROTOCOLS) {
                lists.add(each);
            }
        }
    }

    /** Adds a version of TLS, as nginx writes it. */
    public void addVersion(String version) {
        if (versions.size() < MAX_PROTOCOLS && !version.isEmpty() && !version.equals(SampleHello.USUAL_VERSION)) {
            versions.add(version);
        }
    }

    /** Names and wildcards. */
    Set<String> names() {
        return names;
    }

    Set<String> protocols() {
        return protocols;
    }

    /** Offers of several protocols that the file has. */
    Set<List<String>> lists() {
        return lists;
    }

    Set<String> versions() {
        return versions;
    }

    /** How many names and protocols there are. */
    public int size() {
        return names.size() + protocols.size();
    }

    /** Clients that offer no protocol: one for each name and wildcard, one for all others, one that names no server. */
    public List<SampleHello> samples() {
        List<SampleHello> samples = new ArrayList<>();
        names.forEach(name -> samples.add(SampleHello.naming(example(name), name)));
        samples.add(unknown());
        samples.add(nameless());
        return samples;
    }

    SampleHello unknown() {
        String top = MADE_UP;
        while (isTaken(top)) {
            top += "x";
        }
        return SampleHello.naming(MADE_UP + "." + top, "any other server");
    }

    private boolean isTaken(String top) {
        return names.stream().anyMatch(name -> name.endsWith("." + top));
    }

    static SampleHello nameless() {
        return SampleHello.naming("", "");
    }

    private String example(String name) {
        if (!name.startsWith(WILDCARD)) {
            return name;
        }
        String label = MADE_UP;
        while (names.contains(label + name.substring(1)) || names.contains("*." + label + name.substring(1))) {
            label += "x";
        }
        return label + name.substring(1);
    }
}
