package io.vipgate.importer.netfilter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vipgate.importer.common.Notes;
import io.vipgate.importer.iptables.IptablesImporter;
import io.vipgate.importer.netfilter.Program.Hook;
import io.vipgate.importer.nft.NftImporter;
import io.vipgate.linux.OwnNetwork;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the interpreter says of random rules is what the kernel does with connections. {@code NETFILTER_SETS=200} in the environment
 * tries as many rule sets, {@code NETFILTER_SEED} others.
 */
@Timeout(3600)
final class KernelSharesIT {
    private static final int CONNECTIONS = 400;
    /** No share that is as computed strays so far by chance, but for once in 10^11 counts. */
    private static final double MAX_SURPRISE = Math.log(2e11);

    private static int sets(int byDefault) {
        String wanted = System.getenv("NETFILTER_SETS");
        return wanted == null ? byDefault : Integer.parseInt(wanted);
    }

    private static long seed() {
        String wanted = System.getenv("NETFILTER_SEED");
        return wanted == null ? 20_261_127L : Long.parseLong(wanted);
    }

    @Test
    void iptablesRulesDoWhatIsSaidOfThem() throws Exception {
        assumeTrue(OwnNetwork.isAllowed(), "needs root and iptables(8)");
        for (int i = 0; i < sets(5); i++) {
            Random random = new Random(seed() * 1000 + i);
            String rules = RandomRules.iptables(random);
            Program program = IptablesImporter.programs(rules, new Notes()).orElseThrow().getFirst();
            compare(program, rules, random, "iptables-restore");
        }
    }

    @Test
    void rulesOfNftDoWhatIsSaidOfThem() throws Exception {
        assumeTrue(OwnNetwork.isAllowed(), "needs root and nft(8)");
        for (int i = 0; i < sets(5); i++) {
            Random random = new Random(seed() * 1000 + i);
            String rules = RandomRules.nft(random);
            Program program = NftImporter.programs(rules, new Notes()).getFirst();
            compare(program, "flush ruleset\n" + rules, random, "nft", "-f", "-");
        }
    }

    private static void compare(Program program, String rules, Random random, String... command) throws Exception {
        OwnNetwork.call(() -> {
            try (KernelConnections kernel = new KernelConnections(RandomRules.PORTS, random)) {
                Survey survey = Survey.ofTargets(program, new Budget(10_000_000));
                for (int i = 0; i < 3; i++) {
                    String address = RandomRules.ADDRESSES.get(i);
                    int port = RandomRules.PORTS.get(random.nextInt(RandomRules.PORTS.size()));
                    KernelConnections.load(rules, command);
                    Map<String, Double> said = said(survey, program, address, port);
                    assertAgree(said, atThisMachine(kernel.connect(address, port, CONNECTIONS), address, port),
                            address + ":" + port + " with\n" + rules);
                }
            }
            return true;
        });
    }

    /** REDIRECT to the same port stays with this machine, though at another of its addresses. */
    private static Map<String, Integer> atThisMachine(Map<String, Integer> counted, String address, int port) {
        Map<String, Integer> merged = new HashMap<>();
        counted.forEach((target, count) -> merged.merge(target.equals("127.0.0.1:" + port)
                ? address + ":" + port
                : target, count, Integer::sum));
        return merged;
    }

    private static Map<String, Double> said(Survey survey, Program program, String address, int port)
            throws Budget.ExhaustedException {
        Finding finding = survey.at(Hook.OUTPUT, program.family().number(address).orElseThrow(), port, false);
        assertThat(finding.isTold()).as("%s", finding.deciders()).isTrue();
        Map<String, Double> said = new HashMap<>();
        finding.shares().outcomes().forEach((outcome, share) -> {
            switch (outcome) {
                case Outcome.Target target -> said.merge(target.address().toString(), share.value(), Double::sum);
                case Outcome.Stays _ -> said.merge(address + ":" + port, share.value(), Double::sum);
                default -> throw new AssertionError(outcome);
            }
        });
        return said;
    }

    /** Each count lies where a share like this leaves it: Chernoff's bound. */
    private static void assertAgree(Map<String, Double> said, Map<String, Integer> counted, String what) {
        Set<String> targets = new TreeSet<>(said.keySet());
        targets.addAll(counted.keySet());
        int whole = counted.values().stream().mapToInt(Integer::intValue).sum();
        for (String target : targets) {
            double share = said.getOrDefault(target, 0.0);
            double seen = (double) counted.getOrDefault(target, 0) / whole;
            double surprise = whole * (divergence(seen, share) + divergence(1 - seen, 1 - share));
            assertThat(surprise).as("%s: %s, said %s, counted %s", what, target, said, counted)
                    .isLessThan(MAX_SURPRISE);
        }
    }

    private static double divergence(double seen, double said) {
        return seen == 0 ? 0 : said <= 1e-12 ? Double.POSITIVE_INFINITY : seen * Math.log(seen / said);
    }

    /** The bound itself is no empty one: shares that are wrong by a tenth are found. */
    @Test
    void wrongSharesAreFound() {
        Map<String, Integer> counted = Map.of("a", 200, "b", 200);
        assertAgree(Map.of("a", 0.5, "b", 0.5), counted, "right");
        List<Map<String, Double>> wrong = List.of(Map.of("a", 1.0), Map.of("a", 0.25, "b", 0.75),
                Map.of("a", 0.5, "c", 0.5));
        wrong.forEach(said -> org.assertj.core.api.Assertions.assertThatThrownBy(
                () -> assertAgree(said, counted, "wrong")).isInstanceOf(AssertionError.class));
    }
}
