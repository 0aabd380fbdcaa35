package io.vipgate.importer.iptables;

import io.vipgate.importer.netfilter.Action;
import io.vipgate.importer.common.AddressFamily;
import io.vipgate.importer.common.Intervals;
import io.vipgate.importer.netfilter.Match;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads the matches and the target of a rule. A rule with several addresses is several rules, as iptables makes them.
 *
 * <p>Confined to one rule.
 */
final class RuleReader {
    private static final int MAX_RULES = 256;

    private final List<Extension> extensions = new ArrayList<>();
    private final List<Match> basics = new ArrayList<>();
    private List<Option> sources = List.of();
    private List<Option> destinations = List.of();
    private Optional<AddressFamily> family;
    private String comment = "";
    private String foreignProtocol = "";
    private Optional<Extension> target = Optional.empty();
    private boolean isGoto;

    private RuleReader(Optional<AddressFamily> family) {
        this.family = family;
    }

    /** A match or target extension and the options that belong to it. */
    record Extension(String name, List<Option> options) {
        Extension(String name) {
            this(name, new ArrayList<>());
        }

        Optional<Option> option(String option) {
            return options.stream().filter(each -> each.name().equals(option)).findFirst();
        }

        /** As a rule has it. */
        String text() {
            StringBuilder text = new StringBuilder("-m ").append(name);
            options.forEach(option -> text.append(' ').append(option));
            return Unresolved.without(text.toString());
        }
    }

    /**
     * Reads a rule.
     *
     * @param family that the command is for; empty: its addresses tell
     */
    static List<RuleSpec> read(List<Option> options, Optional<AddressFamily> family) throws RuleProblemException {
        RuleReader reader = new RuleReader(family);
        Extension context = new Extension("");
        for (Option option : options) {
            context = reader.take(option, context);
        }
        return reader.specs();
    }

    /** Sorts an option in; returns the extension that options of no other home belong to from here on. */
    private Extension take(Option option, Extension context) throws RuleProblemException {
        switch (option.name()) {
            case "-p" -> protocol(option);
            case "-s" -> sources = each(option);
            case "-d" -> destinations = each(option);
            case "-i", "-o" -> basics.add(Unresolved.isIn(option.value())
                    ? undecided(option)
                    : new Match.NetworkInterface(option.name().equals("-i"), option.value(), option.isNegated(),
                            option.toString()));
            case "-f" -> basics.add(new Match.Always(option.isNegated()));
            case "-c", "-v", "-n", "-w", "-W", "-x", "-4", "-6", "--modprobe", "--line-numbers" -> {
                // says nothing about connections
            }
            case "-m" -> {
                Extension match = new Extension(option.value());
                extensions.add(match);
                return match;
            }
            case "-j", "-g" -> {
                Extension named = new Extension(option.value());
                target = Optional.of(named);
                isGoto = option.name().equals("-g");
                return named;
            }
            case "--comment" -> comment = option.value();
            default -> home(option, context).options().add(option);
        }
        return context;
    }

    /** Which extension an option belongs to: options of tcp need no {@code -m tcp}. */
    private Extension home(Option option, Extension context) throws RuleProblemException {
        boolean isOfTcp = List.of("--dport", "--sport", "--syn", "--tcp-flags", "--tcp-option").contains(option.name());
        if (isOfTcp) {
            Optional<Extension> tcp = extensions.stream().filter(each -> each.name().equals("tcp")).findFirst();
            if (tcp.isEmpty()) {
                Extension implied = new Extension("tcp");
                extensions.add(implied);
                return implied;
            }
            return tcp.get();
        }
        if (context.name().isEmpty()) {
            throw new RuleProblemException(option + " is not understood");
        }
        return context;
    }

    private void protocol(Option option) {
        String name = option.value().toLowerCase(Locale.ROOT);
        boolean isTcp = name.equals("tcp") || name.equals("6");
        boolean isAll = name.equals("all") || name.equals("0");
        if (Unresolved.isIn(name)) {
            basics.add(undecided(option));
        } else if (!isAll && isTcp == option.isNegated()) {
            foreignProtocol = option.toString();
            basics.add(new Match.Always(false));
        }
    }

    static Match undecided(Option option) {
        return new Match.Undecided(Unresolved.without(option.toString()));
    }

    /** One option for each of the addresses, which commas stand between. */
    private static List<Option> each(Option option) throws RuleProblemException {
        List<Option> each = new ArrayList<>();
        for (String address : option.value().split(",", -1)) {
            each.add(new Option(option.name(), option.isNegated(), List.of(address)));
        }
        if (each.size() > 1 && option.isNegated()) {
            throw new RuleProblemException(option + ": iptables takes no ! with several addresses");
        }
        return each;
    }

    private List<RuleSpec> specs() throws RuleProblemException {
        List<RuleSpec> specs = new ArrayList<>();
        List<Option> none = List.of(new Option("", false, List.of()));
        for (Option source : sources.isEmpty() ? none : sources) {
            for (Option destination : destinations.isEmpty() ? none : destinations) {
                if (specs.size() >= MAX_RULES) {
                    throw new RuleProblemException("more than " + MAX_RULES + " addresses in one rule");
                }
                List<Match> matches = new ArrayList<>();
                address(source).ifPresent(matches::add);
                address(destination).ifPresent(matches::add);
                matches.addAll(basics);
                for (Extension extension : extensions) {
                    matches.addAll(MatchReader.matches(extension, family));
                    family = family.or(() -> MatchReader.family(extension));
                }
                Action action = new Action.Nothing();
                if (target.isPresent()) {
                    TargetReader reader = new TargetReader(target.get(), isGoto, family);
                    action = reader.action();
                    family = reader.family();
                }
                specs.add(new RuleSpec(family, matches, action, comment, foreignProtocol));
            }
        }
        return specs;
    }

    private Optional<Match> address(Option option) throws RuleProblemException {
        if (option.name().isEmpty()) {
            return Optional.empty();
        }
        String text = option.value();
        if (Unresolved.isIn(text)) {
            return Optional.of(undecided(option));
        }
        Optional<AddressFamily> own = AddressFamily.of(text.split("/", 2)[0]);
        if (own.isEmpty()) {
            if (HOST_NAME.matcher(text).matches()) {
                return Optional.of(new Match.Undecided(option + " (a name that iptables looked up)"));
            }
            throw new RuleProblemException(option + " is no address");
        }
        if (family.isPresent() && family.get() != own.get()) {
            throw new RuleProblemException(option + ": not an address of this family");
        }
        family = own;
        Optional<Intervals> network = own.get().network(text);
        if (network.isEmpty()) {
            return Optional.of(undecided(option));
        }
        boolean isAll = network.get().complement(own.get().highest()).all().isEmpty();
        if (isAll) {
            return option.isNegated() ? Optional.of(new Match.Always(false)) : Optional.empty();
        }
        Intervals addresses = option.isNegated() ? network.get().complement(own.get().highest()) : network.get();
        return Optional.of(option.name().equals("-d")
                ? new Match.Destination(addresses, false)
                : new Match.Source(addresses, option.toString()));
    }

    private static final java.util.regex.Pattern HOST_NAME = java.util.regex.Pattern
            .compile("(?=.*[A-Za-z])[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?");
}
