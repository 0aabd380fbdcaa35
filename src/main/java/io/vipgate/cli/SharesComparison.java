package io.vipgate.cli;

import io.vipgate.config.BalanceRule;
import io.vipgate.config.BindAddress;
import io.vipgate.config.EndpointConfig;
import io.vipgate.config.GatewayConfig;
import io.vipgate.config.ListenerConfig;
import io.vipgate.config.PoolConfig;
import io.vipgate.importer.common.AddressShares;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Note;
import java.io.PrintWriter;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Shares of connections before and after a move, address by address.
 *
 * <p>Confined to the main thread.
 */
final class SharesComparison {
    /** What whole weights up to 256 can be off. */
    private static final double ROUNDING = 0.002;

    private final GatewayConfig config;
    private final Table table = new Table(new AnsiStyle(false), "ADDRESS", "TARGET", "BEFORE", "AFTER", "");
    private int differences;

    SharesComparison(GatewayConfig config) {
        this.config = config;
    }

    /**
     * Prints the table.
     *
     * @param notes of the rules' import; what they call lost was not compared
     * @return whether everything that the rules do was compared, and is as it was
     */
    boolean print(List<AddressShares> before, List<Note> notes, PrintWriter out) {
        Set<String> served = new LinkedHashSet<>();
        for (AddressShares each : before) {
            Optional<String> listener = listener(each.bind());
            listener.ifPresent(served::add);
            add(each, listener.map(name -> after(name, each.bind())).orElse(Map.of()), listener.isPresent());
        }
        table.lines().forEach(out::println);
        config.listeners().keySet().stream().filter(name -> !served.contains(name))
                .forEach(name -> out.println("only in the configuration: listener " + name));
        List<Note> losses = notes.stream().filter(Note::isLoss).toList();
        losses.forEach(loss -> out.println("not compared: " + loss));
        String compared = differences == 0
                ? before.size() + (before.size() == 1 ? " address" : " addresses") + ", no difference"
                : differences + " of " + before.size()
                        + (before.size() == 1 ? " address differs" : " addresses differ");
        out.println((before.isEmpty() ? "nothing was compared: the rules send on no address as a whole" : compared)
                + (losses.isEmpty() ? "" : "; " + losses.size() + " not compared, see above"));
        return differences == 0 && losses.isEmpty() && !before.isEmpty();
    }

    private void add(AddressShares before, Map<String, Double> after, boolean isServed) {
        Map<String, Double> old = new LinkedHashMap<>();
        before.targets().forEach((target, share) -> old.put(target.toString(), share));
        Set<String> targets = new LinkedHashSet<>(old.keySet());
        targets.addAll(after.keySet());
        boolean isUnknown = !before.unknown().isEmpty();
        boolean isSame = isServed && !isUnknown && before.rest() <= ROUNDING && targets.stream()
                .allMatch(target -> Math
                        .abs(old.getOrDefault(target, 0.0) - after.getOrDefault(target, 0.0)) <= ROUNDING);
        differences += isSame ? 0 : 1;
        String address = before.bind().toString();
        if (isUnknown) {
            table.row(address, before.unknown(), "?", isServed ? "" : "no listener", "differs");
            address = "";
        }
        for (String target : targets) {
            double from = old.getOrDefault(target, 0.0);
            double to = after.getOrDefault(target, 0.0);
            table.row(address, target, isUnknown ? "?" : percent(from), isServed ? percent(to) : "no listener",
                    isUnknown || (isServed && Math.abs(from - to) <= ROUNDING) ? "" : "differs");
            address = "";
        }
        if (before.rest() > 0) {
            table.row(address, "(not sent on)", percent(before.rest()), isServed ? percent(0) : "no listener",
                    before.rest() <= ROUNDING && isServed ? "" : "differs");
        }
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f %%", share * 100);
    }

    /** The listener that gets connections to an address: the one on it, else one on all of its family, else on all. */
    private Optional<String> listener(HostPort bind) {
        Optional<InetAddress> address = bind.literal();
        Optional<String> exact = bound(each -> each.address().equals(address), bind.port());
        return exact
                .or(() -> bound(each -> each.isWildcard() && each.address().isPresent() && address.isPresent()
                        && each.address().get().getClass() == address.get().getClass(), bind.port()))
                .or(() -> bound(each -> each.address().isEmpty(), bind.port()));
    }

    private Optional<String> bound(java.util.function.Predicate<BindAddress> isIt, int port) {
        return config.listeners().entrySet().stream().filter(entry -> entry.getValue().bind().stream()
                .anyMatch(each -> each.port() == port && isIt.test(each))).map(Map.Entry::getKey).findFirst();
    }

    /** This machine by its name is this machine by its address. */
    private static String withAddress(String endpoint, HostPort bind) {
        boolean isIpv6 = bind.literal().filter(Inet6Address.class::isInstance).isPresent();
        String name = "localhost:";
        return endpoint.regionMatches(true, 0, name, 0, name.length())
                ? (isIpv6 ? "[::1]:" : "127.0.0.1:") + endpoint.substring(name.length())
                : endpoint;
    }

    /** What a listener gives its endpoints while all of them are up and take as long: rules by load are taken for their weights. */
    private Map<String, Double> after(String listener, HostPort bind) {
        Map<String, Double> shares = new LinkedHashMap<>();
        ListenerConfig section = config.listeners().get(listener);
        PoolConfig pool = section == null ? null : config.pools().get(section.pool());
        if (pool == null) {
            return shares;
        }
        List<EndpointConfig> taking = pool.endpoints().values().stream()
                .filter(endpoint -> endpoint.weight() > 0 && !endpoint.backup()).toList();
        boolean isAlike = pool.balance() == BalanceRule.RANDOM;
        double whole = taking.stream().mapToDouble(endpoint -> isAlike ? 1 : endpoint.weight()).sum();
        for (EndpointConfig endpoint : pool.balance() == BalanceRule.FIRST && !taking.isEmpty()
                ? taking.subList(0, 1)
                : taking) {
            double share = pool.balance() == BalanceRule.FIRST ? 1 : (isAlike ? 1 : endpoint.weight()) / whole;
            shares.merge(withAddress(endpoint.address().toString(), bind), share, Double::sum);
        }
        return shares;
    }
}
