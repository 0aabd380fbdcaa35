package io.vipgate.importer.iptables;

import io.vipgate.importer.common.AddressShares;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.InputText;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.SyntaxException;
import io.vipgate.importer.netfilter.NetfilterImport;
import io.vipgate.importer.netfilter.Program;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Turns DNAT rules into listeners and pools: follows the commands to the chains that they leave behind, and these to the share of
 * each target.
 *
 * <p>Stateless.
 */
public final class IptablesImporter {
    private static final Pattern NFT = Pattern
            .compile("(?:nft\\s+)?(?:add\\s+)?table\\s+(?:ip|ip6|inet)\\s+\\S+\\s*\\{.*|chain\\s+\\S+\\s*\\{.*");

    private static final String UNTOLD = "which rules there are can't be told from the file alone: import what iptables-save "
            + "prints instead";

    private IptablesImporter() {}

    /** Reads what {@code iptables-save} or {@code iptables -S} prints, or a script of {@code iptables} commands. */
    public static ImportResult convert(String text) {
        Notes notes = new Notes();
        try {
            return programs(text, notes).map(programs -> NetfilterImport.convert(programs, notes))
                    .orElseGet(() -> ImportResult.failed(UNTOLD, notes.inOrder()));
        } catch (SyntaxException e) {
            return ImportResult.failed(e.problem(), notes.inOrder());
        }
    }

    /** Every address and port that the rules send on, and the shares of its targets; notes say what these leave out. */
    public static List<AddressShares> shares(String text, Notes notes) throws SyntaxException {
        Optional<List<Program>> programs = programs(text, notes);
        if (programs.isEmpty()) {
            throw new SyntaxException(1, UNTOLD);
        }
        return NetfilterImport.shares(programs.get(), notes);
    }

    /** The rules that the kernel has then, for each family; empty when something may have changed any of them. */
    public static Optional<List<Program>> programs(String text, Notes notes) throws SyntaxException {
        return read(text, notes).map(Commands::programs);
    }

    /** The commands, followed; empty when something in between may have changed any rule. */
    private static Optional<Commands> read(String text, Notes notes) throws SyntaxException {
        List<String> lines = InputText.lines(Unresolved.without(text));
        for (int i = 0; i < lines.size(); i++) {
            if (NFT.matcher(lines.get(i).strip()).matches()) {
                throw new SyntaxException(i + 1, "these are rules of nft: use vipgate import nft");
            }
        }
        Commands commands = new Commands(notes);
        if (SaveReader.isListing(lines)) {
            new SaveReader(commands, notes, Optional.empty()).read(lines, 1);
        } else {
            new ScriptReader(commands, notes).read(lines);
        }
        return commands.doubts().isEmpty() ? Optional.of(commands) : Optional.empty();
    }
}
