import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What a package tells shells and {@code man} about the commands and the file, from the program itself:
 * {@code java -cp CLASSES Documents.java OUT_DIR}. bash's completion is picocli's; zsh and fish get theirs from the same
 * model. The pages of the commands are picocli's too, by its own generator.
 */
final class Documents {
    private static final String PROGRAM = "vipgate";

    private final CommandLine program;
    private final Path out;

    private Documents(CommandLine program, Path out) {
        this.program = program;
        this.out = out;
    }

    public static void main(String[] arguments) throws Exception {
        CommandLine program = new CommandLine(Class.forName("io.vipgate.cli.VipgateCommand"));
        Documents documents = new Documents(program, Files.createDirectories(Path.of(arguments[0])));
        Files.writeString(documents.out.resolve("vipgate.bash"), AutoComplete.bash(PROGRAM, program));
        documents.write("_vipgate", documents::zsh);
        documents.write("vipgate.fish", documents::fish);
        documents.write("gateway.yaml.5.adoc", documents::keys);
    }

    private interface Text {
        void print(PrintStream to) throws Exception;
    }

    private void write(String name, Text text) throws Exception {
        try (PrintStream to = new PrintStream(out.resolve(name).toFile(), StandardCharsets.UTF_8)) {
            text.print(to);
        }
    }

    private List<CommandSpec> commands() {
        List<CommandSpec> commands = new ArrayList<>();
        program.getSubcommands().forEach((name, command) -> {
            if (!command.getCommandSpec().usageMessage().hidden() && name.equals(command.getCommandName())) {
                commands.add(command.getCommandSpec());
            }
        });
        return commands;
    }

    private static String summary(String[] description) {
        String text = description.length == 0 ? "" : String.format(description[0]).replaceAll("@\\|\\S+ |\\|@", "");
        int end = text.indexOf(". ");
        text = end < 0 ? text : text.substring(0, end);
        return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    }

    private static String summary(OptionSpec option) {
        return summary(option.description());
    }

    private static boolean takesValue(OptionSpec option) {
        return option.arity().max() > 0;
    }

    private static boolean isFile(OptionSpec option) {
        return option.type() == Path.class;
    }

    private static String quoted(String text) {
        return text.replace("'", "'\\''");
    }

    // ---- zsh ----

    private void zsh(PrintStream to) {
        to.println("#compdef " + PROGRAM);
        to.println("local -a commands=(");
        commands().forEach(each -> to.println(
                "  '" + each.name() + ":" + quoted(summary(each.usageMessage().description()).replace(":", "\\:")) + "'"));
        to.println(")");
        to.println("if (( CURRENT == 2 )); then");
        to.println("  _describe command commands");
        to.println("  return");
        to.println("fi");
        to.println("local command=$words[2]");
        to.println("shift words");
        to.println("(( CURRENT-- ))");
        to.println("case $command in");
        commands().forEach(each -> {
            to.println("  " + each.name() + ")");
            to.print("    _arguments -s");
            each.options().stream().filter(option -> !option.hidden()).forEach(option -> {
                for (String name : option.names()) {
                    String value = !takesValue(option) ? "" : name.startsWith("--") ? "=" : "+";
                    String values = option.completionCandidates() == null
                            ? ""
                            : "(" + String.join(" ", option.completionCandidates()) + ")";
                    String action = takesValue(option) ? ":value:" + (isFile(option) ? "_files" : values) : "";
                    to.print(" \\\n      '" + name + value + "[" + quoted(summary(option)).replace("[", "\\[")
                            .replace("]", "\\]").replace(":", "\\:") + "]" + action + "'");
                }
            });
            to.println(" \\\n      '*:argument:_files' ;;");
        });
        to.println("esac");
    }

    // ---- fish ----

    private void fish(PrintStream to) {
        to.println("complete -c " + PROGRAM + " -f");
        String isFirst = "__fish_use_subcommand";
        commands().forEach(each -> {
            to.println("complete -c " + PROGRAM + " -n " + isFirst + " -a " + each.name() + " -d '"
                    + quotedForFish(summary(each.usageMessage().description())) + "'");
            String isThis = "'__fish_seen_subcommand_from " + each.name() + "'";
            each.options().stream().filter(option -> !option.hidden()).forEach(option -> {
                StringBuilder line = new StringBuilder("complete -c " + PROGRAM + " -n " + isThis);
                for (String name : option.names()) {
                    line.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
                }
                if (takesValue(option)) {
                    line.append(isFile(option) ? " -r -F" : " -x");
                    if (option.completionCandidates() != null) {
                        line.append(" -a '").append(String.join(" ", option.completionCandidates())).append('\'');
                    }
                }
                to.println(line + " -d '" + quotedForFish(summary(option)) + "'");
            });
            if (each.positionalParameters().stream().anyMatch(each2 -> each2.type() == Path.class)) {
                to.println("complete -c " + PROGRAM + " -n " + isThis + " -F");
            }
        });
    }

    private static String quotedForFish(String text) {
        return text.replace("\\", "\\\\").replace("'", "\\'");
    }

    // ---- gateway.yaml(5) ----

    private static final Pattern ROW = Pattern.compile("\\| `(.+?)` \\| (.*?) \\| (.*) \\|");
    private static final Pattern CODE = Pattern.compile("`([^`]*)`");
    private static final Pattern LINK = Pattern.compile("\\[([^\\]]*)\\]\\([^)]*\\)");

    private void keys(PrintStream to) throws IOException, ReflectiveOperationException {
        String table = (String) Class.forName("io.vipgate.config.KeyTable").getMethod("markdown").invoke(null);
        to.println("= gateway.yaml(5)\n:doctype: manpage\n:manmanual: vipgate\n:mansource: vipgate\n");
        to.println("== Name\n\ngateway.yaml - configuration of vipgate\n");
        to.println("== Synopsis\n\n*/etc/vipgate/gateway.yaml*\n");
        to.println("== Description\n");
        to.println("One YAML file. *vipgate check* _FILE_ prints every problem with its line, and *--effective* the whole");
        to.println("configuration with all defaults. A reload (*systemctl reload vipgate*) reads it again.\n");
        to.println("Only _listeners_ with *bind* and *pool*, and _pools_ with *endpoints*, must be written:\n");
        to.println("----\nlisteners:\n  web:\n    bind: :80\n    pool: nginx\npools:\n  nginx:\n    endpoints:\n"
                + "      vip1: 192.168.1.100:80\n      vip2: 192.168.1.200:80\n----\n");
        to.println("A duration is a whole number with its unit (500ms, 2s, 10m, 1h), a share is in percent (10 %), ${NAME} and");
        to.println("${NAME:-default} come from the environment. In the list below a capital letter stands for a name of your");
        to.println("choice: L of a listener, P of a pool, E of an endpoint.\n");
        to.println("== Keys\n");
        table.lines().skip(2).forEach(line -> {
            var row = ROW.matcher(line);
            if (!row.matches()) {
                throw new IllegalStateException("no row: " + line);
            }
            to.println("*" + row.group(1) + "*::");
            String byDefault = row.group(2).isEmpty() ? "" : " (default: " + text(row.group(2)) + ")";
            String meaning = text(row.group(3));
            // An empty passthrough first: whatever the text begins with is no mark of a list.
            to.println("pass:[]" + (meaning.isEmpty() ? "A section." : meaning) + byDefault.replace("(default: required)",
                    "(required)") + "\n");
        });
        to.println("== See also\n\n*vipgate*(1), */usr/share/doc/vipgate/docs/configuration.md*");
    }

    /** Markdown's few marks as AsciiDoc's; anything else stays as it is written. */
    private static String text(String markdown) {
        String plain = LINK.matcher(markdown.replace("\\|", "|")).replaceAll("$1");
        return CODE.matcher(plain).replaceAll("`+$1+`");
    }
}
