package io.vipgate.importer.iptables;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The options of iptables and of the extensions that matter for DNAT, iptables(8) and iptables-extensions(8): all spellings, and how
 * many values they have.
 *
 * <p>Stateless.
 */
final class OptionNames {
    /** It has a number behind it, or nothing. */
    static final int OPTIONAL = -1;
    /** Nobody here knows how many values it has: all words up to the next option. */
    static final int UNKNOWN = -2;

    private static final Map<String, String> CANONICAL = new HashMap<>();
    private static final Map<String, Integer> COUNTS = new HashMap<>();

    static {
        names(1, "-p", "--protocol", "--proto");
        names(1, "-s", "--source", "--src");
        names(1, "-d", "--destination", "--dst");
        names(1, "-i", "--in-interface");
        names(1, "-o", "--out-interface");
        names(1, "-j", "--jump");
        names(1, "-g", "--goto");
        names(1, "-m", "--match");
        names(1, "-t", "--table");
        names(2, "-c", "--set-counters");
        names(0, "-f", "--fragment");
        names(0, "-4", "--ipv4");
        names(0, "-6", "--ipv6");
        names(0, "-v", "--verbose");
        names(0, "-n", "--numeric");
        names(0, "-x", "--exact");
        names(0, "--line-numbers");
        names(OPTIONAL, "-w", "--wait");
        names(OPTIONAL, "-W", "--wait-interval");
        names(1, "--modprobe");
        names(1, "-A", "--append");
        names(1, "-I", "--insert");
        names(1, "-D", "--delete");
        names(1, "-R", "--replace");
        names(1, "-C", "--check");
        names(1, "-N", "--new-chain", "--new");
        names(2, "-P", "--policy");
        names(2, "-E", "--rename-chain");
        names(UNKNOWN, "-X", "--delete-chain");
        names(UNKNOWN, "-F", "--flush");
        names(UNKNOWN, "-Z", "--zero");
        names(UNKNOWN, "-L", "--list");
        names(UNKNOWN, "-S", "--list-rules");
        names(1, "--sport", "--source-port");
        names(1, "--dport", "--destination-port");
        names(1, "--sports", "--source-ports");
        names(1, "--dports", "--destination-ports");
        names(1, "--ports");
        names(1, "--port");
        names(2, "--tcp-flags");
        names(0, "--syn");
        names(1, "--tcp-option");
        names(1, "--src-range");
        names(1, "--dst-range");
        names(1, "--src-type");
        names(1, "--dst-type");
        names(0, "--limit-iface-in");
        names(0, "--limit-iface-out");
        names(1, "--state");
        List.of("--ctstate", "--ctproto", "--ctorigsrc", "--ctorigdst", "--ctreplsrc", "--ctrepldst", "--ctorigsrcport",
                "--ctorigdstport", "--ctreplsrcport", "--ctrepldstport", "--ctstatus", "--ctexpire", "--ctdir")
                .forEach(name -> names(1, name));
        names(1, "--comment");
        names(1, "--mode");
        names(1, "--probability");
        names(1, "--every");
        names(1, "--packet");
        names(1, "--mark");
        names(1, "--to-destination");
        names(1, "--to-ports", "--to-port");
        names(1, "--to-source");
        names(1, "--to");
        names(0, "--random");
        names(0, "--random-fully");
        names(0, "--persistent");
        names(0, "--notrack");
        List.of("--set-mark", "--set-xmark", "--and-mark", "--or-mark", "--xor-mark", "--mask", "--nfmask", "--ctmask")
                .forEach(name -> names(1, name));
        names(0, "--save-mark");
        names(0, "--restore-mark");
        names(1, "--reject-with");
        names(1, "--log-prefix");
        names(1, "--log-level");
        names(2, "--match-set");
    }

    private OptionNames() {}

    private static void names(int values, String... spellings) {
        for (String spelling : spellings) {
            CANONICAL.put(spelling, spellings[0]);
        }
        COUNTS.put(spellings[0], values);
    }

    /** The first spelling of an option; a long one may be shortened where that is not ambiguous. Itself if it is not known. */
    static String canonical(String word) {
        String known = CANONICAL.get(word);
        if (known != null || !word.startsWith("--") || word.length() < 4) {
            return known == null ? word : known;
        }
        List<String> longer = CANONICAL.entrySet().stream().filter(entry -> entry.getKey().startsWith(word))
                .map(Map.Entry::getValue).distinct().toList();
        return longer.size() == 1 ? longer.getFirst() : word;
    }

    static boolean isKnown(String canonical) {
        return COUNTS.containsKey(canonical);
    }

    /** How many values it has, {@link #OPTIONAL} or {@link #UNKNOWN}. */
    static int values(String canonical) {
        return COUNTS.getOrDefault(canonical, UNKNOWN);
    }
}
