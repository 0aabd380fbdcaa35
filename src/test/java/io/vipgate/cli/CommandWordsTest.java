package io.vipgate.cli;

import io.vipgate.docs.Promise;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What scripts call: no command, option or exit status goes away. */
class CommandWordsTest {
    private static void add(String prefix, CommandLine command, Set<String> words) {
        command.getCommandSpec().options().forEach(option -> {
            for (String name : option.names()) {
                words.add(prefix + " " + name + (option.arity().max() == 0 ? "" : " VALUE"));
            }
        });
        command.getSubcommands().forEach((name, sub) -> {
            words.add(prefix + " " + name);
            add(prefix + " " + name, sub, words);
        });
    }

    @Test
    void everyCommandOptionAndExitStatusIsStillThere() throws IOException {
        TreeSet<String> words = new TreeSet<>();
        add("vipgate", VipgateCommand.commandLine(), words);
        Map.of("ok", ExitStatus.OK, "failed", ExitStatus.FAILED, "usage", ExitStatus.USAGE, "unreachable",
                ExitStatus.UNREACHABLE).forEach((name, status) -> words.add("exit status " + status + " " + name));

        Promise.assertKept("commands", words);
    }
}
