package io.vipgate.importer.nginx;

import io.vipgate.importer.common.ClientSet;
import io.vipgate.importer.common.Fraction;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The variables of a stream section, as far as the file says what they can be: ngx_stream_map_module, ngx_stream_geo_module,
 * ngx_stream_split_clients_module, ngx_stream_set_module, and the address that a client came to.
 *
 * <p>Confined to one import.
 */
final class NginxVariables {
    /** Of an address that no map has as a key. */
    static final String OTHER_ADDRESS = "another address";

    private static final Pattern USE = Pattern.compile("\\$(?:\\{([A-Za-z0-9_]+)}|([A-Za-z0-9_]+))");
    private static final Pattern PERCENT = Pattern.compile("([0-9]{1,3})(?:\\.([0-9]{1,2}))?%");
    private static final Set<String> MAP_OPTIONS = Set.of("hostnames", "volatile", "include");
    private static final Set<String> GEO_OPTIONS = Set.of("ranges", "delete", "include", "proxy", "proxy_recursive");
    private static final int MAX_DEPTH = 10;
    /** More entries than this need not be looked at in one file. */
    private static final int MAX_LOOKS = 1_000_000;
    private static final long MAX_CLIENT_LOOKS = 20_000_000;
    private static final int HUNDRED_PERCENT = 10_000;

    private final Map<String, Statement> definitions = new HashMap<>();
    private final Set<String> serverAddresses = new LinkedHashSet<>();
    private int looks;
    private long clientLooks;

    /** Where a client came to. */
    private record Place(String address, String port, Statement server, NginxArrival arrival,
            Map<String, NginxClient> known) {
        /** Whether a variable that has an address has none here. */
        boolean isWithout(String variable) {
            return arrival == NginxArrival.DIRECT && variable.equals(NginxArrival.IN_HEADER);
        }
    }

    /** Takes a statement of the stream section; false if it defines no variable. */
    boolean define(Statement statement) {
        if (!Set.of("map", "geo", "split_clients").contains(statement.name())) {
            return false;
        }
        definitions.put(bare(statement.word(statement.words().size() - 1)), statement);
        if (statement.is("map") && statement.word(1).contains("server_addr")) {
            statement.block().stream().map(Statement::name).filter(key -> HostPort.literal(key).isPresent())
                    .forEach(serverAddresses::add);
        }
        return true;
    }

    private static String bare(String variable) {
        return variable.replaceAll("[${}]", "");
    }

    /** The addresses that maps tell apart. */
    Set<String> serverAddresses() {
        return serverAddresses;
    }

    /**
     * What the text can be in a server.
     *
     * @param address that clients came to; the bind's own when it is one
     */
    NginxChoice evaluate(String text, Statement server, HostPort bind, String address, NginxArrival arrival) {
        String known = bind.isWildcard() ? address : bind.host();
        return text(text, new Place(known, String.valueOf(bind.port()), server, arrival, Map.of()), 0);
    }

    /**
     * The addresses for which the text is empty; empty itself where more than they decides.
     *
     * @param names of the variables that have the address
     */
    Optional<ClientSet> unserved(String text, Statement server, HostPort bind, NginxArrival arrival,
            Set<String> names) {
        Optional<List<ClientSet>> classes = NginxClient.classes(definitions.values());
        long entries = definitions.values().stream().mapToLong(each -> 1 + each.block().size()).sum();
        clientLooks += entries * classes.map(List::size).orElse(0);
        if (clientLooks > MAX_CLIENT_LOOKS) {
            return Optional.empty();
        }
        List<ClientSet> unserved = new ArrayList<>();
        int looksBefore = looks;
        for (ClientSet each : classes.orElse(List.of())) {
            Map<String, NginxClient> known = new HashMap<>();
            names.forEach(name -> known.put(name, NginxClient.of(each)));
            Place place = new Place(bind.isWildcard() ? OTHER_ADDRESS : bind.host(), String.valueOf(bind.port()),
                    server, arrival, known);
            NginxChoice choice = text(text, place, 0);
            looks = looksBefore;
            if (!choice.isConstant()) {
                return Optional.empty();
            }
            if (choice.values().containsKey("")) {
                unserved.add(each);
            }
        }
        return classes.map(_ -> ClientSet.union(unserved));
    }

    private NginxChoice text(String text, Place place, int depth) {
        Matcher use = USE.matcher(text);
        NginxChoice choice = NginxChoice.constant("");
        int from = 0;
        while (use.find()) {
            String name = use.group(1) == null ? use.group(2) : use.group(1);
            choice = choice.then(NginxChoice.constant(text.substring(from, use.start())))
                    .then(depth == MAX_DEPTH ? NginxChoice.unknown("$" + name) : variable(name, place, depth + 1));
            from = use.end();
        }
        return choice.then(NginxChoice.constant(text.substring(from)));
    }

    private NginxChoice variable(String name, Place place, int depth) {
        Optional<Statement> set = place.server.all("set").filter(each -> bare(each.word(1)).equals(name))
                .reduce((_, last) -> last);
        if (set.isPresent()) {
            return text(set.get().word(2), place, depth);
        }
        Statement definition = definitions.get(name);
        if (definition != null) {
            looks += 1 + definition.block().size();
            if (looks > MAX_LOOKS) {
                return NginxChoice.unknown("$" + name);
            }
            return switch (definition.name()) {
                case "map" -> map(definition, place, depth);
                case "geo" -> geo(definition, place, depth);
                default -> split(definition, place, depth);
            };
        }
        return switch (name) {
            case "server_port" -> NginxChoice.constant(place.port);
            case "server_addr" -> place.address.isEmpty()
                    ? NginxChoice.unknown("$server_addr")
                    : NginxChoice.constant(place.address);
            case "protocol" -> NginxChoice.constant("TCP");
            default -> {
                NginxClient client = place.known.get(name);
                yield client == null
                        ? place.isWithout(name) ? NginxChoice.constant("") : NginxChoice.unknown("$" + name)
                        : NginxChoice.constant(client.text());
            }
        };
    }

    private NginxChoice geo(Statement geo, Place place, int depth) {
        String source = NginxClient.source(geo);
        NginxClient client = place.isWithout(source) ? NginxClient.NOBODY : place.known.get(source);
        return client != null && NginxClient.isPlain(geo)
                ? text(client.valueIn(geo), place, depth)
                : anyOf(geo, GEO_OPTIONS, NginxArrival.isAddress(source) ? "the client's address" : "$" + source, place,
                        depth);
    }

    private NginxChoice map(Statement map, Place place, int depth) {
        NginxChoice source = text(map.word(1), place, depth);
        boolean isPlain = map.block().stream().noneMatch(each -> isPattern(each.name()));
        if (!source.isComplete() || !isPlain) {
            return anyOf(map, MAP_OPTIONS, map.word(1), place, depth);
        }
        NginxChoice choice = NginxChoice.nothing(source.deciders(), source.hasShares());
        for (Map.Entry<String, Fraction> value : source.values().entrySet()) {
            choice = choice.or(text(mapped(map, value.getKey()), place, depth), value.getValue());
        }
        return choice;
    }

    private static boolean isPattern(String key) {
        return key.startsWith("~") || key.startsWith("*") || key.startsWith(".") || key.endsWith("*")
                || key.equals("include");
    }

    private static String mapped(Statement map, String value) {
        String key = value.toLowerCase(Locale.ROOT);
        return map.block().stream().filter(each -> unescaped(each.name()).toLowerCase(Locale.ROOT).equals(key)
                && !each.name().equals("default")).findFirst().or(() -> map.last("default"))
                .map(each -> each.word(1)).orElse("");
    }

    private static String unescaped(String key) {
        return key.startsWith("\\") ? key.substring(1) : key;
    }

    /** Any of the values of a block, one of which something unknown selects. */
    private NginxChoice anyOf(Statement block, Set<String> options, String decider, Place place, int depth) {
        NginxChoice choice = NginxChoice.nothing(Set.of(decider), false);
        for (Statement entry : block.block()) {
            if (!options.contains(entry.name())) {
                choice = choice.or(text(entry.word(1), place, depth), Fraction.ONE);
            }
        }
        if (block.last("default").isEmpty()) {
            choice = choice.or(NginxChoice.constant(""), Fraction.ONE);
        }
        return block.last("include").isEmpty()
                ? choice
                : new NginxChoice(choice.values(), false, false, choice.deciders());
    }

    private NginxChoice split(Statement split, Place place, int depth) {
        NginxChoice choice = NginxChoice.nothing(Set.of(split.word(1)), true);
        int rest = HUNDRED_PERCENT;
        for (Statement entry : split.block()) {
            int part = entry.name().equals("*") ? rest : Math.min(rest, percent(entry.name()));
            rest -= part;
            choice = part == 0
                    ? choice
                    : choice.or(text(entry.word(1), place, depth), Fraction.of(part, HUNDRED_PERCENT));
        }
        return rest == 0
                ? choice
                : choice.or(NginxChoice.constant(""), Fraction.of(rest, HUNDRED_PERCENT));
    }

    /** In hundredths of a percent; 0 for what is none. */
    private static int percent(String text) {
        Matcher matcher = PERCENT.matcher(text);
        if (!matcher.matches()) {
            return 0;
        }
        String hundredths = matcher.group(2) == null ? "00" : (matcher.group(2) + "0").substring(0, 2);
        return Integer.parseInt(matcher.group(1)) * 100 + Integer.parseInt(hundredths);
    }

    /** The variables in a text, without their dollar signs. */
    static List<String> names(String text) {
        return USE.matcher(text).results().map(use -> use.group(1) == null ? use.group(2) : use.group(1)).toList();
    }
}
