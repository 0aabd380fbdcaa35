package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.ClientSet;
import io.vipgate.importer.common.DraftAccess;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import io.vipgate.importer.haproxy.HaproxyFacts.HaproxyFact;
import java.util.ArrayList;
import java.util.List;

/**
 * Whom rules refuse, as the lists of {@code access}: exactly where networks decide, and where a file adds to one of the lists.
 *
 * <p>Confined to one listener.
 */
final class HaproxyAdmission {
    static final int MAX_ENTRIES = 10_000;
    private static final int MAX_NAMED = 64;
    private static final List<String> EVERY_NETWORK = List.of("0.0.0.0/0", "::/0");

    private final Notes notes;
    private final HaproxySection frontend;
    private final Statement line;
    private final HaproxyFacts facts;
    private final List<String> networks;

    /**
     * For the rules of a frontend.
     *
     * @param networks that they name
     */
    HaproxyAdmission(Notes notes, HaproxySection frontend, HaproxyFacts facts, List<String> networks) {
        this.notes = notes;
        this.frontend = frontend;
        line = frontend.all("tcp-request").stream().findFirst().orElse(frontend.section());
        this.facts = facts;
        this.networks = networks;
    }

    /**
     * The lists.
     *
     * @param from who sends PROXY headers, and is turned away by an entry of {@code deny} too
     */
    DraftAccess access(HaproxyWhere refused, ClientSet from) {
        ClientSet base = refused.surely(0);
        List<HaproxyFact.InFile> files = facts.files().stream()
                .filter(file -> isRefusing(refused, file) || isAdmitting(refused, file)).toList();
        DraftAccess access = DraftAccess.of(base.complement(),
                networks.stream().filter(each -> !isIn(each, base)).toList(),
                networks.stream().filter(each -> isIn(each, base)).toList(), from);
        if (access.size() > MAX_ENTRIES) {
            notes.addLoss(line,
                    "the rules come to more than " + MAX_ENTRIES + " networks: write them into a file that an entry "
                            + "of access.deny names; until then all are accepted");
            return DraftAccess.EVERYBODY;
        }
        if (!access.isAsWritten() && !access.isEverybody()) {
            notes.add(line,
                    "the first rule that matched decided; access has the networks that come to the same, of which "
                            + "the longest decides");
        }
        return files.isEmpty() ? access : withFiles(access, refused, files, base);
    }

    private static boolean isIn(String network, ClientSet refused) {
        return ClientSet.of(network).filter(each -> each.without(refused).isEmpty()).isPresent();
    }

    private DraftAccess withFiles(DraftAccess access, HaproxyWhere refused, List<HaproxyFact.InFile> files,
            ClientSet base) {
        boolean areRefused = isEach(refused, files, base, ClientSet.ALL);
        boolean areAdmitted = isEach(refused, files, base, ClientSet.NONE);
        List<String> allow = new ArrayList<>(access.allow());
        List<String> deny = new ArrayList<>(base.isAll() ? List.of() : access.deny());
        if (areRefused ? !allow.isEmpty() : !areAdmitted || !deny.isEmpty()) {
            nameWhomFilesLeave(refused, files, allow, deny);
            if (access.allow().isEmpty() && !base.isAll() && !(allow.isEmpty() && files.stream()
                    .allMatch(file -> isRefusing(refused, file)))) {
                allow.addAll(0, EVERY_NETWORK);
            }
            notes.addLoss(lineOf(files.getFirst()),
                    "the first rule that matched decided, now the longest network does, in "
                            + "whichever list or file it is: that is the same only while no file has a network that "
                            + (areRefused
                                    ? "holds or equals one of access.allow"
                                    : areAdmitted
                                            ? "holds or equals one of access.deny"
                                            : "lies in, holds or equals one of another list"));
        }
        for (HaproxyFact.InFile file : files) {
            (isRefusing(refused, file) ? deny : allow).add("file:" + file.path());
            notes.add(lineOf(file),
                    file.path() + ": vipgate reads the file itself, at each reload: one address or network "
                            + "a line, and vipgate check names the lines that it does not take");
        }
        return new DraftAccess(allow, deny, access.isAsWritten());
    }

    /** Those for whom no file decides, as far as short lists say it: shorter networks of a file are nothing to them then. */
    private void nameWhomFilesLeave(HaproxyWhere refused, List<HaproxyFact.InFile> files, List<String> allow,
            List<String> deny) {
        List<ClientSet> each = combinations(files).stream().map(refused::surely).toList();
        if (files.stream().anyMatch(file -> isAdmitting(refused, file))) {
            name(each.stream().reduce(ClientSet.ALL, ClientSet::and), deny, allow);
        }
        if (files.stream().anyMatch(file -> isRefusing(refused, file))) {
            name(ClientSet.union(each).complement(), allow, deny);
        }
    }

    private static void name(ClientSet clients, List<String> list, List<String> other) {
        List<String> networks = DraftAccess.admitting(clients);
        boolean isNew = !clients.isAll() && networks.size() <= MAX_NAMED && !list.containsAll(networks);
        if (isNew) {
            networks.stream().filter(network -> !list.contains(network) && !other.contains(network)).forEach(list::add);
        }
    }

    private Statement lineOf(HaproxyFact.InFile file) {
        return frontend.statements().filter(each -> each.words().contains(file.path())).findFirst().orElse(line);
    }

    /** Whether some client is refused because the file has it. */
    private boolean isRefusing(HaproxyWhere refused, HaproxyFact.InFile file) {
        return combinations(facts.files()).stream().anyMatch(bits -> !refused.surely(bits | facts.bit(file))
                .without(refused.surely(bits & ~facts.bit(file))).isEmpty());
    }

    /** Whether some client is admitted because the file has it. */
    private boolean isAdmitting(HaproxyWhere refused, HaproxyFact.InFile file) {
        return combinations(facts.files()).stream().anyMatch(bits -> !refused.surely(bits & ~facts.bit(file))
                .without(refused.surely(bits | facts.bit(file))).isEmpty());
    }

    private List<Integer> combinations(List<HaproxyFact.InFile> files) {
        List<Integer> combinations = new ArrayList<>(List.of(0));
        for (HaproxyFact.InFile file : files) {
            combinations.addAll(combinations.stream().map(bits -> bits | facts.bit(file)).toList());
        }
        return combinations;
    }

    /** Whether whoever is in one of the files is refused, or else admitted, whatever the other files have. */
    private boolean isEach(HaproxyWhere refused, List<HaproxyFact.InFile> files, ClientSet base, ClientSet inFile) {
        return combinations(files).stream()
                .allMatch(bits -> refused.surely(bits).equals(bits == 0 ? base : inFile));
    }
}
