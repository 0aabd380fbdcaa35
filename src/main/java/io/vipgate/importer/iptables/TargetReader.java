package io.vipgate.importer.iptables;

import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.iptables.RuleReader.Extension;
import io.vipgate.importer.netfilter.Action;
import io.vipgate.importer.common.AddressFamily;
import io.vipgate.importer.common.Intervals;
import io.vipgate.importer.netfilter.NumberSource;
import io.vipgate.importer.netfilter.ServiceNames;
import io.vipgate.importer.netfilter.Translation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What targets do, {@code -j NAME}.
 *
 * <p>Confined to one rule.
 */
final class TargetReader {
    private static final long ALL_BITS = 0xFFFF_FFFFL;
    private static final int MAX_HASHES = 256;
    private static final Set<String> WITHOUT_EFFECT = Set.of("LOG", "NFLOG", "ULOG", "TRACE", "TOS", "DSCP", "TTL",
            "HL", "TCPMSS", "CLASSIFY", "CHECKSUM", "AUDIT", "ECN", "LED", "SECMARK", "CONNSECMARK", "RATEEST", "SET",
            "TCPOPTSTRIP", "IDLETIMER");

    private final Extension target;
    private final boolean isGoto;
    private Optional<AddressFamily> family;

    TargetReader(Extension target, boolean isGoto, Optional<AddressFamily> family) {
        this.target = target;
        this.isGoto = isGoto;
        this.family = family;
    }

    Action action() throws RuleProblemException {
        String name = target.name();
        boolean isUnknown = Unresolved.isIn(name) || target.options().stream().anyMatch(option -> option.values()
                .stream().anyMatch(Unresolved::isIn));
        if (isUnknown && !WITHOUT_EFFECT.contains(name)) {
            return new Action.Unsupported(Unresolved.without(text()) + ": not known from the file alone");
        }
        return switch (name) {
            case "ACCEPT" -> new Action.Accept();
            case "RETURN" -> new Action.Return();
            case "DROP", "REJECT" -> new Action.Drop(name);
            case "DNAT" -> dnat();
            case "REDIRECT" -> redirect();
            case "MARK" -> mark(false);
            case "CONNMARK" -> mark(true);
            case "NOTRACK" -> new Action.NoTrack();
            case "CT" -> target.option("--notrack").isPresent() ? new Action.NoTrack() : new Action.Nothing();
            case "NETMAP", "TPROXY", "NFQUEUE", "QUEUE", "SAME", "BALANCE", "CLUSTERIP", "MIRROR", "ROUTE",
                    "SYNPROXY" ->
                new Action.Unsupported(text());
            case "TEE" -> new Action.Copy(text());
            case "HMARK" -> hashMark();
            case "MASQUERADE", "SNAT" -> new Action.Nothing();
            default -> WITHOUT_EFFECT.contains(name) ? new Action.Nothing() : new Action.Jump(name, isGoto);
        };
    }

    /** The family of the rule, as far as this target tells it. */
    Optional<AddressFamily> family() {
        return family;
    }

    private String text() {
        StringBuilder text = new StringBuilder("-j ").append(target.name());
        target.options().forEach(option -> text.append(' ').append(option));
        return text.toString();
    }

    private boolean has(String option) {
        return target.option(option).isPresent();
    }

    private Action dnat() throws RuleProblemException {
        long count = target.options().stream().filter(option -> option.name().startsWith("--to")).count();
        Optional<Option> to = target.option("--to-destination").or(() -> target.option("--to"));
        if (to.isEmpty()) {
            throw new RuleProblemException("DNAT has no --to-destination");
        }
        if (count > 1) {
            throw new RuleProblemException("DNAT takes one --to-destination since Linux 2.6.11");
        }
        String text = to.get().value();
        int bracket = text.indexOf(']');
        boolean isBareIpv6 = bracket < 0 && text.indexOf(':') != text.lastIndexOf(':')
                && !text.substring(0, text.indexOf(':')).contains(".");
        int colon = isBareIpv6 ? -1 : text.indexOf(':', Math.max(0, bracket));
        String hosts = colon < 0 ? text : text.substring(0, colon);
        if (colon >= 0 && ServiceNames.isUnknownIn(text.substring(colon + 1))) {
            return unknownPort();
        }
        Ports ports = colon < 0 ? new Ports(0, 0, 0) : ports(text.substring(colon + 1), to.get());
        Optional<Intervals.Interval> addresses = hosts.isEmpty()
                ? Optional.empty()
                : Optional.of(addresses(hosts, to.get()));
        return new Action.Translate(new Translation(addresses, ports.first, ports.last, ports.base,
                has("--random") || has("--random-fully"), has("--persistent"), false));
    }

    private Intervals.Interval addresses(String text, Option option) throws RuleProblemException {
        String[] ends = text.split("-", 2);
        for (int i = 0; i < ends.length; i++) {
            ends[i] = HostPort.withoutBrackets(ends[i]);
        }
        boolean isBracketed = text.startsWith("[") && text.endsWith("]") && text.indexOf('[', 1) < 0;
        if (isBracketed) {
            ends = HostPort.withoutBrackets(text).split("-", 2);
        }
        Optional<AddressFamily> own = AddressFamily.of(ends[0]);
        if (own.isEmpty() || (family.isPresent() && !family.equals(own))) {
            throw new RuleProblemException(option + ": an address of this family is expected");
        }
        Optional<Intervals> range = own.get().network(ends[0] + "-" + ends[ends.length - 1]);
        if (range.isEmpty() || ends[0].contains("/")) {
            throw new RuleProblemException(option + ": no address and no range of them");
        }
        family = own;
        return range.get().all().getFirst();
    }

    /** A range of ports, and what a shift begins at. */
    private record Ports(int first, int last, int base) {}

    private static Ports ports(String text, Option option) throws RuleProblemException {
        String[] parts = text.split("/", 2);
        OptionalInt named = ServiceNames.port(parts[0]);
        String[] ends = named.isPresent()
                ? new String[]{String.valueOf(named.getAsInt())}
                : parts[0].split("-", 2);
        OptionalInt first = HostPort.port(ends[0]);
        OptionalInt last = HostPort.port(ends[ends.length - 1]);
        OptionalInt base = parts.length == 2 ? HostPort.port(parts[1]) : OptionalInt.of(0);
        if (first.isEmpty() || last.isEmpty() || base.isEmpty() || first.getAsInt() > last.getAsInt()) {
            throw new RuleProblemException(option + ": no port and no range of them");
        }
        return new Ports(first.getAsInt(), last.getAsInt(), base.getAsInt());
    }

    private Action unknownPort() {
        return new Action.Unsupported(text() + ": the port of that name is not known here");
    }

    /** Sets a mark by a hash of the client: one client, one mark; each client port one of its own where that is hashed. */
    private Action hashMark() throws RuleProblemException {
        long modulus = value("--hmark-mod", 0);
        long offset = value("--hmark-offset", 0);
        if (modulus < 1 || modulus > MAX_HASHES) {
            return new Action.Unsupported(text());
        }
        boolean isByPort = target.option("--hmark-tuple").map(Option::value).orElse("").contains("sport")
                || has("--hmark-sport-mask");
        NumberSource source = new NumberSource(isByPort ? NumberSource.Kind.CHANCE : NumberSource.Kind.CLIENT, text(),
                (int) modulus);
        List<Action.Option> options = new ArrayList<>();
        for (long number = 0; number < modulus; number++) {
            options.add(new Action.Option(Intervals.of(number, number),
                    new Action.ChangeMark(false, 0, (offset + number) & ALL_BITS)));
        }
        return new Action.Draw(source, options);
    }

    private Action redirect() throws RuleProblemException {
        Optional<Option> to = target.option("--to-ports").or(() -> target.option("--to"));
        if (to.isPresent() && ServiceNames.isUnknownIn(to.get().value())) {
            return unknownPort();
        }
        Ports ports = to.isPresent() ? ports(to.get().value(), to.get()) : new Ports(0, 0, 0);
        return new Action.Translate(new Translation(Optional.empty(), ports.first, ports.last, ports.base,
                has("--random") || has("--random-fully"), false, true));
    }

    private Action mark(boolean isOfConnection) throws RuleProblemException {
        if (has("--save-mark") || has("--restore-mark")) {
            long mask = value("--mask", ALL_BITS);
            long nfmask = value("--nfmask", mask);
            long ctmask = value("--ctmask", mask);
            boolean isSave = has("--save-mark");
            return new Action.CopyMark(isSave, isSave ? nfmask : ctmask, isSave ? ctmask : nfmask);
        }
        for (Option option : target.options()) {
            String[] parts = option.value().split("/", 2);
            long value = MatchReader.number(parts[0], option);
            long mask = parts.length == 2 ? MatchReader.number(parts[1], option) : ALL_BITS;
            return switch (option.name()) {
                case "--set-xmark" -> new Action.ChangeMark(isOfConnection, ALL_BITS & ~mask, value);
                case "--set-mark" -> new Action.ChangeMark(isOfConnection, ALL_BITS & ~(mask | value), value);
                case "--and-mark" -> new Action.ChangeMark(isOfConnection, value, 0);
                case "--or-mark" -> new Action.ChangeMark(isOfConnection, ALL_BITS & ~value, value);
                case "--xor-mark" -> new Action.ChangeMark(isOfConnection, ALL_BITS, value);
                default -> throw new RuleProblemException(option + " is not understood");
            };
        }
        throw new RuleProblemException(target.name() + " has no mark to set");
    }

    private long value(String name, long byDefault) throws RuleProblemException {
        Optional<Option> option = target.option(name);
        return option.isPresent() ? MatchReader.number(option.get().value(), option.get()) : byDefault;
    }
}
