package io.vipgate.config;

import io.vipgate.access.AccessEntry;
import io.vipgate.access.AccessFault;
import io.vipgate.access.AccessLine;
import io.vipgate.access.AccessList;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** What must hold of the access lists of all listeners, their files included. <b>Confined to one load.</b> */
final class AccessRules {
    private final Written written;
    private final Problems problems;
    /** Of listeners with the same entries one is read; they share a list. */
    private final Set<List<List<AccessEntry>>> read = new HashSet<>();
    private int networks;

    AccessRules(Written written, Problems problems) {
        this.written = written;
        this.problems = problems;
    }

    void check(AccessConfig access, KeyPath at) {
        if (problems.touches(at)) {
            return;
        }
        if (access.allow().isEmpty() && access.deny().isEmpty()) {
            problems.warn(written.line(at), at, "lets everybody in without allow or deny");
        }
        IdentityHashMap<AccessLine, KeyPath> paths = new IdentityHashMap<>();
        List<AccessLine> allow = lines(at.child("allow"), access.allow(), paths);
        List<AccessLine> deny = lines(at.child("deny"), access.deny(), paths);
        if (!read.add(List.of(access.allow(), access.deny()))) {
            return;
        }
        AccessList.Reading reading = AccessList.read(allow, deny);
        for (AccessFault fault : reading.faults()) {
            boolean isInFile = !fault.origin().equals(fault.line().origin());
            KeyPath where = paths.getOrDefault(fault.line(), at);
            problems.error(written.line(where), where, isInFile ? fault.toString() : fault.message());
        }
        networks += reading.list().map(AccessList::size).orElse(0);
        if (networks > AccessList.MAX_PREFIXES) {
            problems.error(written.line(at), at, networks + " networks over all listeners (expected: at most "
                    + AccessList.MAX_PREFIXES + "; listeners with the same entries share them)");
        }
    }

    private List<AccessLine> lines(KeyPath list, List<AccessEntry> entries,
            IdentityHashMap<AccessLine, KeyPath> paths) {
        List<AccessLine> lines = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            KeyPath at = list.item(i);
            AccessLine line = new AccessLine(entries.get(i), "line " + written.line(at));
            entries.get(i).missingDirectory().ifPresent(directory -> problems.warn(written.line(at), at,
                    line.entry() + ": there is no directory " + directory + " yet, so nobody is listed there"));
            lines.add(line);
            paths.put(line, at);
        }
        return lines;
    }
}
