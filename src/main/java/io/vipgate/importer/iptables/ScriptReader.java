package io.vipgate.importer.iptables;

import io.vipgate.importer.common.Notes;
import io.vipgate.importer.iptables.Commands.Command;
import io.vipgate.importer.iptables.Commands.Status;
import io.vipgate.importer.iptables.ShellLexer.Input;
import io.vipgate.importer.iptables.ShellLexer.InputFile;
import io.vipgate.importer.iptables.ShellLexer.Operator;
import io.vipgate.importer.iptables.ShellLexer.Token;
import io.vipgate.importer.iptables.ShellLexer.Word;
import io.vipgate.importer.common.AddressFamily;
import io.vipgate.text.Sanitizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Follows a script as far as it can be told what it does without running it: commands in a row, {@code &&}, {@code ||}, variables that
 * it sets. Commands in loops, functions and conditions may be run or not.
 *
 * <p>Confined to one import.
 */
final class ScriptReader {
    private static final Pattern PROGRAM = Pattern
            .compile("(?:.*/)?(ip6?tables)(?:-legacy|-nft)?(-restore|-save)?(?:-translate)?");
    private static final Set<String> OPENING = Set.of("if", "while", "until", "for", "case", "select");
    private static final Set<String> CLOSING = Set.of("fi", "done", "esac");
    private static final Set<String> CONTINUING = Set.of("then", "else", "elif", "do", "!", "time");
    private static final Set<String> QUESTIONS = Set.of("[", "[[", "test", "grep", "egrep", "command", "which", "type",
            "ping", "pgrep", "false", "read", "expr", "cmp", "diff", "getent", "id", "pidof", "lsmod");
    private static final Set<String> PREFIXES = Set.of("sudo", "doas", "exec", "nohup", "builtin", "nice", "ionice");
    private static final Set<String> SETTING = Set.of("export", "readonly", "declare", "typeset", "local", "set");
    /** What they do to iptables changes no rule. */
    private static final Set<String> MANAGING = Set.of("service", "systemctl", "apt-get", "apt", "yum", "dnf",
            "chkconfig",
            "update-rc.d", "rc-update", "which", "command", "type", "cp", "chmod", "ls", "test", "[", "[[");
    private static final int MAX_TEXT = 200;

    private final Commands commands;
    private final Notes notes;
    private final ShellVariables variables = new ShellVariables();
    private final List<Open> open = new ArrayList<>();
    private final List<ShellWord> words = new ArrayList<>();
    private Optional<Input> input = Optional.empty();
    private boolean readsFile;
    private boolean isPiped;
    private int line;
    private Status status = Status.DONE;
    private String connector = ";";
    private boolean isFunctionNext;
    private boolean isOver;

    /** A construct that is not closed yet, with what it makes of the commands in it. */
    private record Open(String keyword, String condition) {}

    ScriptReader(Commands commands, Notes notes) {
        this.commands = commands;
        this.notes = notes;
    }

    void read(List<String> lines) {
        List<Token> tokens = ShellLexer.tokens(String.join("\n", lines));
        for (int i = 0; i < tokens.size() && !isOver; i++) {
            switch (tokens.get(i)) {
                case Word word -> word(word);
                case Input document -> input = Optional.of(document);
                case InputFile _ -> readsFile = true;
                case Operator operator -> operator(operator, i + 1 < tokens.size() ? tokens.get(i + 1) : operator);
            }
        }
        end(";");
        if (!open.isEmpty()) {
            notes.addLoss(line, open.getLast().keyword() + " is not closed");
        }
    }

    private void word(Word word) {
        boolean isFirst = words.isEmpty();
        if (isFirst) {
            line = word.line();
            for (String keyword : OPENING) {
                if (word.word().isPlain(keyword)) {
                    open.add(new Open(keyword, construct(keyword) + " of line " + line));
                    if (keyword.equals("for") || keyword.equals("case") || keyword.equals("select")) {
                        words.add(word.word());
                    }
                    return;
                }
            }
            if (CONTINUING.stream().anyMatch(word.word()::isPlain)) {
                return;
            }
            if (CLOSING.stream().anyMatch(word.word()::isPlain)) {
                close(Set.of("if", "while", "until", "for", "case", "select"));
                return;
            }
            if (word.word().isPlain("{")) {
                open.add(new Open("{", isFunctionNext ? "the function of line " + line : ""));
                isFunctionNext = false;
                return;
            }
            if (word.word().isPlain("}")) {
                close(Set.of("{"));
                return;
            }
        }
        words.add(word.word());
    }

    private static String construct(String keyword) {
        return switch (keyword) {
            case "if", "case" -> "the condition";
            default -> "the loop";
        };
    }

    private void close(Set<String> keywords) {
        if (!open.isEmpty() && keywords.contains(open.getLast().keyword())) {
            open.removeLast();
        }
        status = Status.UNKNOWN;
    }

    private void operator(Operator operator, Token next) {
        boolean isInCase = !open.isEmpty() && open.getLast().keyword().equals("case");
        switch (operator.text()) {
            case "(" -> {
                boolean isFunction = words.size() == 1 && next instanceof Operator closing
                        && closing.text().equals(")");
                boolean isArray = words.size() == 1 && !words.getFirst().assignedName().isEmpty();
                if (isFunction || isArray) {
                    isFunctionNext = isFunction;
                    variables.doubt(words.getFirst().assignedName());
                    words.clear();
                }
                open.add(new Open("(", ""));
            }
            case ")" -> {
                if (isInCase) {
                    words.clear();
                } else {
                    end(";");
                    close(Set.of("("));
                }
            }
            default -> end(operator.text());
        }
    }

    // ---- commands ----

    /** The end of a command, and what stands there. */
    private void end(String operator) {
        boolean isEmpty = words.isEmpty() && input.isEmpty();
        if (isEmpty) {
            connector = operator.equals("\n") && (connector.equals("&&") || connector.equals("||")
                    || connector.equals("|"))
                            ? connector
                            : operator;
            return;
        }
        String condition = condition();
        boolean isRun = !(connector.equals("&&") && status == Status.FAILED)
                && !(connector.equals("||") && status == Status.DONE);
        isPiped = connector.equals("|") || operator.equals("|");
        if (isRun) {
            Status ended = run(condition);
            boolean isChained = (connector.equals("&&") || connector.equals("||")) && status == Status.UNKNOWN;
            status = isChained ? Status.UNKNOWN : ended;
        }
        connector = operator;
        words.clear();
        input = Optional.empty();
        readsFile = false;
    }

    /** What decides whether this command is run; empty when it always is. */
    private String condition() {
        for (Open each : open) {
            if (!each.condition().isEmpty()) {
                return each.condition();
            }
        }
        boolean isConditional = (connector.equals("&&") || connector.equals("||")) && status == Status.UNKNOWN;
        return isConditional ? "the condition before " + connector + " of line " + line : "";
    }

    private Status run(String condition) {
        List<ShellWord> left = new ArrayList<>(words);
        while (!left.isEmpty() && !left.getFirst().assignedName().isEmpty()) {
            assign(left.removeFirst(), condition);
        }
        if (left.isEmpty()) {
            return Status.DONE;
        }
        if (left.getFirst().isPlain("for") || left.getFirst().isPlain("select")) {
            if (left.size() > 1) {
                variables.doubt(left.get(1).joined(variables));
            }
            return Status.UNKNOWN;
        }
        List<String> expanded = new ArrayList<>();
        left.forEach(word -> expanded.addAll(word.expand(variables)));
        if (expanded.isEmpty()) {
            return Status.DONE;
        }
        if (SETTING.contains(expanded.getFirst()) || expanded.getFirst().equals("unset")) {
            left.stream().filter(word -> !word.assignedName().isEmpty()).forEach(word -> assign(word, condition));
            return Status.DONE;
        }
        return program(withoutPrefix(expanded), condition);
    }

    private void assign(ShellWord word, String condition) {
        String name = word.assignedName();
        boolean isAppending = word.parts().getFirst().text().startsWith(name + "+=");
        if (condition.isEmpty() && !isAppending) {
            variables.set(name, word.assignedValue().joined(variables));
        } else {
            variables.doubt(name);
        }
    }

    /** Takes {@code sudo -n}, {@code env A=b} and the like away. */
    private static List<String> withoutPrefix(List<String> command) {
        List<String> rest = new ArrayList<>(command);
        boolean isPrefix = true;
        while (isPrefix && rest.size() > 1) {
            String first = rest.getFirst();
            isPrefix = PREFIXES.contains(first) || first.equals("env") || first.equals("command");
            if (first.equals("command") && rest.get(1).startsWith("-")) {
                return rest;
            }
            if (isPrefix) {
                rest.removeFirst();
                while (rest.size() > 1 && (rest.getFirst().startsWith("-")
                        || rest.getFirst().matches("[A-Za-z_][A-Za-z0-9_]*=.*"))) {
                    boolean hasValue = rest.removeFirst().matches("-[ugnchp]") && first.matches("sudo|doas|nice|ionice")
                            && rest.size() > 1 && !PROGRAM.matcher(rest.getFirst()).matches();
                    if (hasValue) {
                        rest.removeFirst();
                    }
                }
            }
        }
        return rest;
    }

    private Status program(List<String> command, String condition) {
        String name = command.getFirst();
        List<String> arguments = command.subList(1, command.size());
        Matcher program = PROGRAM.matcher(name);
        if (program.matches()) {
            AddressFamily family = program.group(1).equals("ip6tables") ? AddressFamily.IPV6 : AddressFamily.IPV4;
            if (program.group(2) == null) {
                return commands.run(new Command(line, arguments, Optional.of(family), family, "filter", condition));
            }
            return program.group(2).equals("-restore") ? restore(family, arguments, condition) : Status.DONE;
        }
        if (name.matches("-[ANPID]")) {
            return commands.run(new Command(line, command, Optional.empty(), AddressFamily.IPV4, "nat", condition));
        }
        boolean isLikeRules = arguments.contains("-A") || arguments.contains("-I") || arguments.contains("-F")
                || arguments.contains("-D") || arguments.contains("-t") || arguments.contains("-X");
        String text = Sanitizer.escape(Unresolved.without(String.join(" ", command)), MAX_TEXT);
        if (Unresolved.isIn(name) && isLikeRules) {
            notes.addLoss(line, Unresolved.without(name) + " is not known from the file alone: it may be iptables");
            return commands.run(new Command(line, arguments, Optional.empty(), AddressFamily.IPV4, "filter",
                    "what " + Unresolved.without(name) + " is"));
        }
        boolean isElsewhere = !MANAGING.contains(name)
                && arguments.stream().anyMatch(word -> PROGRAM.matcher(word).matches());
        switch (name) {
            case "exit", "return" -> {
                isOver = condition.isEmpty() && open.isEmpty();
                return Status.DONE;
            }
            case ".", "source", "eval" -> {
                if (Unresolved.isIn(text) || isElsewhere || name.equals("eval")) {
                    commands.doubt(line, text);
                } else {
                    notes.addLoss(line, text + ": not followed, so the rules in it are missing here");
                }
                return Status.DONE;
            }
            case "true", ":", "set" -> {
                return Status.DONE;
            }
            case "echo", "printf", "logger" ->
                notes.add(line, text + ": not understood, it is not an iptables command");
            default -> {
                if (isElsewhere) {
                    notes.addLoss(line, text + ": not followed, so its rules are missing here");
                } else if (!QUESTIONS.contains(name)) {
                    notes.add(line, text + ": not understood, it is not an iptables command");
                }
            }
        }
        return QUESTIONS.contains(name) || Unresolved.isIn(name) ? Status.UNKNOWN : Status.DONE;
    }

    private Status restore(AddressFamily family, List<String> arguments, String condition) {
        if (arguments.contains("-t") || arguments.contains("--test")) {
            return Status.DONE;
        }
        if (input.isEmpty() || readsFile || !condition.isEmpty() || isPiped) {
            commands.doubt(line, (family == AddressFamily.IPV6 ? "ip6tables-restore" : "iptables-restore")
                    + ": what it reads is not known from the file alone");
            return Status.UNKNOWN;
        }
        Input document = input.get();
        List<String> lines = document.isQuoted()
                ? document.lines()
                : document.lines().stream().map(each -> ShellLexer.template(each).joined(variables)).toList();
        boolean isKeeping = arguments.contains("-n") || arguments.contains("--noflush");
        new SaveReader(commands, notes, Optional.of(family)).keeping(isKeeping).read(lines, document.firstLine());
        return Status.DONE;
    }
}
