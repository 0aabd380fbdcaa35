package io.vipgate.importer.iptables;

import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.AddressFamily;
import io.vipgate.importer.netfilter.Match;
import io.vipgate.importer.netfilter.Program;
import io.vipgate.importer.iptables.Tables.Line;
import io.vipgate.text.Sanitizer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Follows iptables commands, one after the other.
 *
 * <p>Confined to one import.
 */
final class Commands {
    private static final int MAX_TEXT = 300;
    private static final int MAX_RULES = 40_000;
    private static final List<String> OPERATIONS = List.of("-A", "-I", "-D", "-R", "-C", "-N", "-P", "-E", "-X", "-F",
            "-Z", "-L", "-S");
    private static final Set<String> TABLES = Set.of("raw", "mangle", "nat", "filter", "security");

    private final Notes notes;
    private final Map<AddressFamily, Tables> tables = new EnumMap<>(AddressFamily.class);
    private final List<String> doubts = new ArrayList<>();
    private int rules;

    /** What a command ends with. */
    enum Status {
        DONE, FAILED, UNKNOWN
    }

    /**
     * A command.
     *
     * @param words behind {@code iptables}
     * @param family that it is for; empty: its addresses tell
     * @param byDefault the family when they do not
     * @param table when {@code -t} does not say
     * @param condition what it depends on whether the command is run; empty when it always is
     */
    record Command(int line, List<String> words, Optional<AddressFamily> family, AddressFamily byDefault, String table,
            String condition) {}

    Commands(Notes notes) {
        this.notes = notes;
        for (AddressFamily family : AddressFamily.values()) {
            tables.put(family, new Tables(family, notes));
        }
    }

    Tables tables(AddressFamily family) {
        return java.util.Objects.requireNonNull(tables.get(family));
    }

    /** Something may have changed any rule: nothing can be told any more. */
    void doubt(int line, String reason) {
        notes.addLoss(line, reason + ": it may change any rule");
        doubts.add("line " + line);
    }

    /** Where everything became doubtful; empty when nothing did. */
    List<String> doubts() {
        return doubts;
    }

    List<Program> programs() {
        List<Program> programs = new ArrayList<>();
        tables.values().stream().filter(each -> !each.isEmpty()).forEach(each -> programs.add(each.program()));
        return programs;
    }

    Status run(Command command) {
        String text = Sanitizer.escape(Unresolved.without(String.join(" ", command.words())), MAX_TEXT);
        CommandLine line;
        try {
            line = CommandLine.of(command.words());
        } catch (RuleProblemException e) {
            if (command.words().stream().anyMatch(Unresolved::isIn)) {
                doubt(command.line(), e.problem());
                return Status.UNKNOWN;
            }
            return refused(command, e.problem() + "; the line is left out: " + text);
        }
        Optional<Option> operation = line.options().stream().filter(option -> OPERATIONS.contains(option.name()))
                .findFirst();
        if (operation.isEmpty()) {
            return refused(command, "not a rule that is appended to a chain, or another change; the line is left out: "
                    + text);
        }
        String table = line.option("-t").map(Option::value).orElse(command.table());
        if (Unresolved.isIn(table) || operation.get().values().stream().anyMatch(Unresolved::isIn)) {
            doubt(command.line(), text + ": table or chain are not known from the file alone");
            return Status.UNKNOWN;
        }
        if (!TABLES.contains(table)) {
            return refused(command, "there is no table " + table + "; the line is left out: " + text);
        }
        try {
            return apply(command, operation.get(), table, line, text);
        } catch (RuleProblemException e) {
            return refused(command, e.problem() + "; the rule is left out: " + text);
        }
    }

    private Status refused(Command command, String problem) {
        notes.addLoss(command.line(), problem);
        return Status.FAILED;
    }

    private Status apply(Command command, Option operation, String table, CommandLine line, String text)
            throws RuleProblemException {
        String chain = operation.value();
        Optional<String> named = Optional.of(chain).filter(name -> !name.isEmpty());
        switch (operation.name()) {
            case "-L", "-S", "-Z" -> {
                return Status.DONE;
            }
            case "-N" -> each(command, family -> family.newChain(table + "/" + chain));
            case "-P" -> {
                if (command.condition().isEmpty()) {
                    each(command, family -> family.policy(table + "/" + chain, operation.values().getLast()));
                }
            }
            case "-E" -> each(command, family -> family.rename(table, chain, operation.values().getLast()));
            case "-X" -> {
                if (command.condition().isEmpty()) {
                    each(command, family -> family.deleteChains(table, named));
                }
            }
            case "-F" -> each(command, family -> {
                if (command.condition().isEmpty()) {
                    family.flush(table, named);
                } else {
                    family.doubt(table, named, Optional.empty(), new Match.Undecided(command.condition()));
                }
            });
            default -> {
                return rule(command, operation, table, line, text);
            }
        }
        return Status.DONE;
    }

    private void each(Command command, java.util.function.Consumer<Tables> change) {
        tables.forEach((family, each) -> {
            if (command.family().map(family::equals).orElse(true)) {
                change.accept(each);
            }
        });
    }

    private Status rule(Command command, Option operation, String table, CommandLine line, String text)
            throws RuleProblemException {
        List<Option> options = new ArrayList<>(line.options());
        options.remove(operation);
        options.removeIf(option -> option.name().equals("-t"));
        boolean isForOther = command.family().isPresent() && options.stream().anyMatch(option -> option.name()
                .equals(command.family().get() == AddressFamily.IPV4 ? "-6" : "-4"));
        if (isForOther) {
            return Status.DONE;
        }
        String key = table + "/" + operation.value();
        OptionalNumber number = OptionalNumber.of(operation);
        if (number.isPresent && operation.name().equals("-D")) {
            Tables one = tables(command.family().orElse(command.byDefault()));
            if (command.condition().isEmpty()) {
                one.delete(key, number.value);
            } else {
                one.doubt(table, Optional.of(operation.value()), Optional.empty(),
                        new Match.Undecided(command.condition()));
            }
            return Status.DONE;
        }
        Status status = Status.DONE;
        int place = number.isPresent ? number.value : 1;
        for (RuleSpec spec : RuleReader.read(options, command.family())) {
            Tables one = tables(spec.family().orElse(command.family().orElse(command.byDefault())));
            Status each = one(command, operation.name(), key, one, place, new Line(command.line(), text, spec));
            status = each == Status.DONE ? status : each;
            place++;
        }
        return status;
    }

    private Status one(Command command, String operation, String key, Tables family, int place, Line rule)
            throws RuleProblemException {
        boolean isCertain = command.condition().isEmpty();
        Match condition = new Match.Undecided(command.condition());
        Line made = isCertain ? rule : new Line(rule.line(), rule.text(), rule.spec().onlyIf(condition));
        rules++;
        if (rules > MAX_RULES) {
            throw new RuleProblemException("more than " + MAX_RULES + " rules");
        }
        switch (operation) {
            case "-A" -> family.append(key, made);
            case "-I" -> family.insert(key, place, made);
            case "-R" -> {
                if (isCertain) {
                    family.replace(key, place, made);
                } else {
                    family.doubt(key.substring(0, key.indexOf('/')), Optional.of(key.substring(key.indexOf('/') + 1)),
                            Optional.empty(), condition);
                }
            }
            case "-C" -> {
                return !isCertain ? Status.UNKNOWN : family.has(key, rule.spec()) ? Status.DONE : Status.FAILED;
            }
            default -> {
                if (!isCertain) {
                    family.doubt(key.substring(0, key.indexOf('/')), Optional.of(key.substring(key.indexOf('/') + 1)),
                            Optional.of(rule.spec()), condition);
                } else if (!family.delete(key, rule.spec())) {
                    notes.add(rule.line(), rule.text() + ": there is no such rule in the file to be deleted");
                    return Status.FAILED;
                }
            }
        }
        return Status.DONE;
    }

    /** The number of a rule, where the operation has one. */
    private record OptionalNumber(boolean isPresent, int value) {
        static OptionalNumber of(Option operation) throws RuleProblemException {
            if (operation.values().size() < 2) {
                return new OptionalNumber(false, 0);
            }
            try {
                return new OptionalNumber(true, Integer.parseInt(operation.values().get(1)));
            } catch (NumberFormatException e) {
                throw new RuleProblemException(operation + ": no number of a rule");
            }
        }
    }
}
