package io.vipgate.importer.keepalived;

import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Checks the sections that stay with keepalived for mistakes that are known to break a pair of nodes.
 *
 * <p>Confined to one import.
 */
final class VrrpReview {
    private static final Set<String> NOT_VRRP = Set.of("virtual_server", "virtual_server_group");
    private static final Pattern ENDS_KEEPALIVED = Pattern.compile(
            "\\b(?:killall|pkill)\\b(?!\\s+-(?:0|s\\s*0)\\b)[^|;&]*\\bkeepalived\\b"
                    + "|\\b(?:systemctl|rc-service)\\s+(?:stop|kill)\\s+keepalived|\\bservice\\s+keepalived\\s+stop"
                    + "|/etc/init\\.d/keepalived\\s+stop");
    private static final Pattern LOOKS_FOR_A_PROCESS = Pattern
            .compile("\\b(?:pidof|pgrep)\\b|\\bkillall\\s+-0\\b|\\bps\\s.*\\bgrep\\b");
    private static final Pattern BARE_PIDOF_PATTERN = Pattern.compile("^\"?(?:\\S*/)?pidof\\s");
    private static final String BARE_PIDOF = ". Without a shell around it, this command always fails on Debian: keepalived "
            + "2.2.7 follows the link from pidof to killall5 and runs that";
    private static final Pattern ASKS_THE_SERVICE = Pattern.compile("\\b(?:curl|wget|nc|ncat|openssl|check_http)\\b");

    private final List<Statement> statements;
    private final Notes notes;
    private final Set<InetAddress> floating = new HashSet<>();
    private final Map<String, Statement> scripts = new HashMap<>();

    VrrpReview(List<Statement> statements, Notes notes) {
        this.statements = statements;
        this.notes = notes;
    }

    /** The virtual addresses, which move from node to node. */
    Set<InetAddress> floatingAddresses() {
        return floating;
    }

    void run() {
        List<Statement> sections = statements.stream().filter(each -> KeepalivedKeywords.isKnown(each.name())
                && !NOT_VRRP.contains(each.name())).toList();
        if (sections.isEmpty()) {
            return;
        }
        List<Statement> instances = all(sections, "vrrp_instance");
        staysWithKeepalived(sections, instances);
        sections.forEach(section -> KeepalivedUnsupported.reportUnknown(section, notes));
        all(sections, "global_defs").forEach(this::globalDefs);
        all(sections, "vrrp_script").forEach(script -> scripts.putIfAbsent(script.word(1), script));
        scripts.values().forEach(this::script);
        instances.forEach(this::instance);
        compareInstances(instances);
        checksOfProcesses(sections);
    }

    private static List<Statement> all(List<Statement> sections, String name) {
        return sections.stream().filter(each -> each.name().equals(name)).toList();
    }

    private void staysWithKeepalived(List<Statement> sections, List<Statement> instances) {
        String names = sections.stream().map(Statement::name).distinct().collect(Collectors.joining(", "));
        boolean isMulticast = instances.stream().anyMatch(each -> each.last("unicast_peer").isEmpty());
        boolean usesAh = instances.stream().anyMatch(each -> each.last("authentication")
                .flatMap(inner -> inner.last("auth_type")).filter(type -> type.word(1).equals("AH")).isPresent());
        notes.add(sections.getFirst().line(), names + ": not carried over, this stays with keepalived"
                + (instances.isEmpty()
                        ? ""
                        : ". The firewall must let VRRP advertisements pass between the nodes: IP protocol "
                                + (usesAh ? "51 (auth_type AH) and 112 (VRRP)" : "112 (VRRP)")
                                + (isMulticast ? ", to the group 224.0.0.18" : "")));
    }

    private void globalDefs(Statement globalDefs) {
        globalDefs.last("router_id").ifPresent(id -> notes.add(id,
                "must differ on every node; it is virtual_router_id that must be the same"));
        globalDefs.last("vrrp_mcast_group4").filter(group -> HostPort.literal(group.word(1))
                .filter(each -> each instanceof Inet4Address && each.isMulticastAddress()).isEmpty())
                .ifPresent(group -> notes.add(group,
                        "not a multicast group, which is in 224.0.0.0/4: no advertisement arrives, "
                                + "and every node becomes master"));
        globalDefs.last("vrrp_mcast_group6").filter(group -> HostPort.literal(group.word(1))
                .filter(each -> !(each instanceof Inet4Address) && each.isMulticastAddress()).isEmpty())
                .ifPresent(group -> notes.add(group,
                        "not a multicast group, which is in ff00::/8: no advertisement arrives, and "
                                + "every node becomes master"));
    }

    private void script(Statement script) {
        script.last("script").filter(line -> ENDS_KEEPALIVED.matcher(line.rest(1)).find())
                .ifPresent(line -> notes.add(line,
                        "a check that stops keepalived: the node does not come back by itself, "
                                + "and its other instances go down with it. Let it exit with a status other than 0; then keepalived gives "
                                + "the address up"));
    }

    private void instance(Statement instance) {
        instance.last("virtual_ipaddress").stream().flatMap(each -> each.block().stream())
                .flatMap(entry -> entry.words().stream().limit(1)).map(word -> word.replaceFirst("/.*$", ""))
                .flatMap(word -> HostPort.literal(word).stream()).forEach(floating::add);
        boolean isMaster = instance.last("state").filter(state -> state.word(1).equals("MASTER")).isPresent();
        instance.last("nopreempt").ifPresent(nopreempt -> {
            if (isMaster) {
                notes.add(nopreempt,
                        "ignored together with state MASTER: set state BACKUP on every node; the priority decides "
                                + "which one starts as master");
            }
            instance.block().stream().filter(each -> each.name().startsWith("track_"))
                    .flatMap(each -> each.block().stream()).forEach(this::trackedWeight);
        });
        instance.last("track_script").stream().flatMap(each -> each.block().stream())
                .filter(entry -> !scripts.containsKey(entry.name())).forEach(entry -> notes.add(entry,
                        "no vrrp_script of this name in this file"));
    }

    private void trackedWeight(Statement entry) {
        int at = entry.words().indexOf("weight");
        Optional<String> weight = at > 0
                ? Optional.of(entry.word(at + 1))
                : Optional.ofNullable(scripts.get(entry.name())).flatMap(script -> script.last("weight"))
                        .map(each -> each.word(1));
        weight.filter(each -> !each.matches("[+-]?0*")).ifPresent(each -> notes.add(entry,
                "a weight (" + each
                        + ") together with nopreempt never fails over: the node only lowers its priority, and "
                        + "the other one may not preempt it. Take the weight away, so that the instance goes to FAULT"));
    }

    /** Checks what several instances, or the other nodes, must agree on. */
    private void compareInstances(List<Statement> instances) {
        Map<String, Statement> byId = new HashMap<>();
        for (Statement instance : instances) {
            instance.last("virtual_router_id").ifPresent(id -> {
                String key = id.word(1) + " on "
                        + instance.last("interface").map(each -> each.word(1)).orElse("the same interface");
                Statement other = byId.putIfAbsent(key, instance);
                if (other != null) {
                    notes.add(id, key + " is also used by " + other.word(1) + " on line " + other.line()
                            + ": two instances on one node need different ones");
                }
            });
        }
        List<Statement> states = instances.stream().flatMap(each -> each.last("state").stream()).toList();
        if (!states.isEmpty() && states.stream().allMatch(state -> state.word(1).equals("MASTER"))) {
            notes.add(states.getFirst(), (states.size() == 1 ? "" : "as everywhere in this file: ")
                    + "the other nodes must have state BACKUP and a lower priority; where every node is MASTER, they take "
                    + "the address from each other at every start");
        }
    }

    /** Warns when the only checks are whether a process exists. */
    private void checksOfProcesses(List<Statement> sections) {
        List<Statement> lines = sections.stream()
                .flatMap(each -> each.name().equals("vrrp_script") ? each.last("script").stream() : Stream.empty())
                .toList();
        if (lines.stream().allMatch(VrrpReview::looksForAProcess)) {
            lines.forEach(line -> notes.add(line, "the only check tests whether a process exists; one that hangs or "
                    + "serves errors passes. Request a page instead, such as curl -fsS -m 1 http://127.0.0.1/"
                    + (BARE_PIDOF_PATTERN.matcher(line.rest(1)).find() ? BARE_PIDOF : "")));
        }
    }

    private static boolean looksForAProcess(Statement line) {
        return LOOKS_FOR_A_PROCESS.matcher(line.rest(1)).find() && !ASKS_THE_SERVICE.matcher(line.rest(1)).find();
    }
}
