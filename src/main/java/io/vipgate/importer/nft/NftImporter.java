package io.vipgate.importer.nft;

import io.vipgate.importer.common.AddressShares;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.InputText;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.SyntaxException;
import io.vipgate.importer.common.AddressFamily;
import io.vipgate.importer.netfilter.NetfilterImport;
import io.vipgate.importer.netfilter.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Turns dnat rules of nftables into listeners and pools.
 *
 * <p>Stateless.
 */
public final class NftImporter {
    private static final Pattern IPTABLES = Pattern
            .compile("(?:sudo\\s+)?(?:/\\S*/)?ip6?tables(?:-\\w+)?\\s.*|\\*nat|-A\\s.*");
    private static final String MANAGED = "is managed by iptables-nft";

    private NftImporter() {}

    /** Reads what {@code nft list ruleset} prints, or a file for {@code nft -f}. */
    public static ImportResult convert(String text) {
        Notes notes = new Notes();
        try {
            return NetfilterImport.convert(programs(text, notes), notes);
        } catch (SyntaxException e) {
            return ImportResult.failed(e.problem(), notes.inOrder());
        }
    }

    /** Every address and port that the rules send on, and the shares of its targets; notes say what these leave out. */
    public static List<AddressShares> shares(String text, Notes notes) throws SyntaxException {
        return NetfilterImport.shares(programs(text, notes), notes);
    }

    /** The rules that the kernel has then, for each family. */
    public static List<Program> programs(String text, Notes notes) throws SyntaxException {
        List<String> lines = InputText.lines(text);
        for (int i = 0; i < lines.size(); i++) {
            if (IPTABLES.matcher(lines.get(i).strip()).matches()) {
                throw new SyntaxException(i + 1, "these are rules of iptables: use vipgate import iptables");
            }
            if (lines.get(i).contains(MANAGED)) {
                notes.add(i + 1,
                        "this table is managed by iptables-nft, and nft shows it in its own words: vipgate import "
                                + "iptables with what iptables-save prints has it as it is");
            }
        }
        List<NftTable> tables = new ArrayList<>(new NftReader(notes).read(lines).values());
        for (NftTable table : tables) {
            if (table.isDormant()) {
                notes.add(0, "table " + table.key("").replace("/", "") + " is dormant; it is left out");
            }
        }
        List<Program> programs = new ArrayList<>();
        for (AddressFamily family : AddressFamily.values()) {
            Program program = new NftRules(family, tables, notes).program();
            if (!program.chains().isEmpty()) {
                programs.add(program);
            }
        }
        return programs;
    }
}
