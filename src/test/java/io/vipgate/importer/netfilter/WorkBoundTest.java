package io.vipgate.importer.netfilter;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.importer.ImportFormat;
import io.vipgate.importer.common.ImportResult;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Few lines do not make much work. */
class WorkBoundTest {
    private static final String HALF = " -m statistic --mode random --probability 0.5 ";

    private static String lines(int count, java.util.function.IntFunction<String> line) {
        return IntStream.range(0, count).mapToObj(line).collect(Collectors.joining("\n", "", "\n"));
    }

    @Test
    void chainsThatManyWaysLeadToAreFollowedOnce() {
        String rules = "*nat\n-A PREROUTING -d 203.0.113.1 -p tcp --dport 80 -j C0\n"
                + lines(60, i -> "-A C" + i + HALF + "-j C" + (i + 1) + "\n-A C" + i + HALF + "-j C" + (i + 1))
                + "-A C60 -p tcp -j DNAT --to-destination 10.0.0.1\n"
                + "-A PREROUTING -d 203.0.113.1 -p tcp --dport 80 -j DNAT --to-destination 10.0.0.2\nCOMMIT\n";

        ImportResult result = ImportFormat.IPTABLES.convert(rules);

        assertThat(result.yaml()).as("%s", result).contains("203.0.113.1:80").contains("10.0.0.1:80")
                .contains("10.0.0.2:80");
    }

    @Test
    void chainsOfNftThatManyWaysLeadToAreFollowedOnce() {
        String half = "numgen random mod 2 == 0 jump c";
        String rules = "table ip nat {\nchain c60 { meta l4proto tcp dnat to 10.0.0.1; }\n"
                + lines(60, i -> "chain c" + (59 - i) + " {\n" + half + (60 - i) + "\n" + half + (60 - i) + "\n}")
                + "chain pre {\ntype nat hook prerouting priority -100;\n"
                + "ip daddr 203.0.113.1 tcp dport 80 jump c0\n"
                + "ip daddr 203.0.113.1 tcp dport 80 dnat to 10.0.0.2\n}\n}\n";

        assertThat(ImportFormat.NFT.convert(rules).yaml()).contains("10.0.0.1:80").contains("10.0.0.2:80");
    }

    @Test
    void marksThatAreTooManyAreToldByTheLineNotByChainsThatAreNotThere() {
        String rules = "*mangle\n"
                + lines(24, i -> "-A PREROUTING -p tcp --dport 80" + HALF + "-j MARK --set-xmark " + (1 << i) + "/"
                        + (1 << i))
                + "COMMIT\n*nat\n"
                + lines(24, i -> "-A PREROUTING -p tcp --dport 80 -m mark --mark " + (1 << i) + "/" + (1 << i)
                        + " -j DNAT --to-destination 10.0.0." + (i + 1))
                + "COMMIT\n";

        ImportResult result = ImportFormat.IPTABLES.convert(rules);

        assertThat(result.failure()).startsWith("line ").contains("-j MARK").contains("different marks")
                .doesNotContain("chain");
    }
}
