package io.vipgate.importer.nginx;

import io.vipgate.importer.common.BoundedRegex;
import io.vipgate.importer.common.ClientSet;
import io.vipgate.importer.common.Fraction;
import io.vipgate.importer.common.GivenFiles;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.SampleHello;
import io.vipgate.importer.common.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The variables of a stream section, as far as the file says what they can be: ngx_stream_map_module, ngx_stream_geo_module,
 * ngx_stream_split_clients_module, ngx_stream_set_module, and the address that a client came to.
 *
 * <p>Confined to one import.
 */
final class NginxVariables {
    static final String NAME = "ssl_preread_server_name";
    static final String PROTOCOLS = "ssl_preread_alpn_protocols";
    static final String VERSION = "ssl_preread_protocol";
    /** Of an address that no map has as a key. */
    static final String OTHER_ADDRESS = "another address";

    private static final Pattern USE = Pattern.compile("\\$(?:\\{([A-Za-z0-9_]+)}|([A-Za-z0-9_]+))");
    private static final Pattern PERCENT = Pattern.compile("([0-9]{1,3})(?:\\.([0-9]{1,2}))?%");
    private static final Set<String> GEO_OPTIONS = Set.of("ranges", "delete", "include", "proxy", "proxy_recursive");
    private static final int MAX_DEPTH = 10;
    /** More entries than this need not be looked at in one file. */
    private static final int MAX_LOOKS = 1_000_000;
    private static final long MAX_CLIENT_LOOKS = 20_000_000;
    private static final int HUNDRED_PERCENT = 10_000;

    private final GivenFiles files;
    private final BoundedRegex regex = new BoundedRegex();
    private final Map<String, Statement> definitions = new HashMap<>();
    private final Map<String, NginxMap> maps = new HashMap<>();
    private final Set<String> serverAddresses = new LinkedHashSet<>();
    private int looks;
    private long clientLooks;

    NginxVariables(GivenFiles files) {
        this.files = files;
    }

    /**
     * Where a client came to.
     *
     * @param hello what it begins with; empty: not told
     */
    private record Place(String address, String port, Statement server, NginxArrival arrival,
            Optional<SampleHello> hello, Map<String, NginxClient> known) {
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
        String variable = bare(statement.word(statement.words().size() - 1));
        definitions.put(variable, statement);
        maps.remove(variable);
        if (statement.is("map")) {
            maps.put(variable, new NginxMap(statement, files, regex));
        }
        if (statement.is("map") && statement.word(1).contains("server_addr")) {
            statement.block().stream().map(Statement::name).filter(key -> HostPort.literal(key).isPresent())
                    .forEach(serverAddresses::add);
        }
        return true;
    }

    private static String bare(String variable) {
        return variable.replaceAll("[${}]", "");
    }

    /** The map of a variable, without its dollar sign. */
    Optional<NginxMap> map(String variable) {
        return Optional.ofNullable(maps.get(variable));
    }

    /** The values of a {@code geo} or {@code split_clients} of a variable. */
    List<String> otherValues(String variable) {
        Statement definition = definitions.get(variable);
        return definition == null || definition.is("map")
                ? List.of()
                : definition.block().stream().map(each -> each.word(1)).toList();
    }

    /** What {@code set} of a server says that a variable is. */
    static Optional<String> setIn(Statement server, String variable) {
        return server.all("set").filter(each -> bare(each.word(1)).equals(variable)).reduce((_, last) -> last)
                .map(each -> each.word(2));
    }

    /** The addresses that maps tell apart. */
    Set<String> serverAddresses() {
        return serverAddresses;
    }

    /**
     * What the text can be in a server.
     *
     * @param address that clients came to; the bind's own when it is one
     * @param hello what the client begins with; empty: not told
     */
    NginxChoice evaluate(String text, Statement server, HostPort bind, String address, NginxArrival arrival,
            Optional<SampleHello> hello) {
        String known = bind.isWildcard() ? address : bind.host();
        return text(text, new Place(known, String.valueOf(bind.port()), server, arrival, hello, Map.of()), 0);
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
                    server, arrival, Optional.empty(), known);
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
        Optional<String> set = setIn(place.server, name);
        if (set.isPresent()) {
            return text(set.get(), place, depth);
        }
        Statement definition = definitions.get(name);
        if (definition != null) {
            NginxMap map = maps.get(name);
            looks += map == null ? 1 + definition.block().size() : map.effort();
            if (looks > MAX_LOOKS) {
                return NginxChoice.unknown("$" + name);
            }
            if (map != null) {
                return map(map, place, depth);
            }
            return switch (definition.name()) {
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
            case NAME -> ofHello(name, place, SampleHello::name);
            case PROTOCOLS -> ofHello(name, place, SampleHello::protocolList);
            case VERSION -> ofHello(name, place, SampleHello::version);
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

    private static NginxChoice ofHello(String name, Place place, Function<SampleHello, String> value) {
        return place.hello.map(value).map(NginxChoice::constant).orElseGet(() -> NginxChoice.unknown("$" + name));
    }

    private NginxChoice map(NginxMap map, Place place, int depth) {
        NginxChoice source = text(map.source(), place, depth);
        if (!source.isComplete()) {
            return anyOf(map, place, depth);
        }
        NginxChoice choice = NginxChoice.nothing(source.deciders(), source.hasShares());
        for (Map.Entry<String, Fraction> value : source.values().entrySet()) {
            Optional<String> mapped = map.valueOf(value.getKey());
            if (mapped.isEmpty()) {
                return anyOf(map, place, depth);
            }
            choice = choice.or(text(mapped.get(), place, depth), value.getValue());
        }
        return choice;
    }

    /** Any of the values of a map, one of which something unknown selects. */
    private NginxChoice anyOf(NginxMap map, Place place, int depth) {
        NginxChoice choice = NginxChoice.nothing(Set.of(map.source()), false);
        for (String value : map.values()) {
            looks++;
            choice = choice.or(text(value, place, depth), Fraction.ONE);
        }
        return map.notRead().isEmpty()
                ? choice
                : new NginxChoice(choice.values(), false, false, choice.deciders());
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
