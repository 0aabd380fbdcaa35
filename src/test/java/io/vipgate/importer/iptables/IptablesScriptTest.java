package io.vipgate.importer.iptables;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scripts are followed as far as they can be told without being run. */
class IptablesScriptTest {
    private static final String EQUAL = "203.0.113.1:80: 192.0.2.10:80*1 192.0.2.20:80*1";
    private static final String HALF = "-m statistic --mode random --probability 0.5 ";
    private static final String WEB = "iptables -t nat -A PREROUTING -d 203.0.113.1 -p tcp --dport 80 ";
    private static final String TO_10 = "-j DNAT --to-destination 192.0.2.10:80";
    private static final String TO_20 = "-j DNAT --to-destination 192.0.2.20:80";

    private static ImportResult script(String... lines) {
        return IptablesImporter.convert(String.join("\n", lines) + "\n");
    }

    private static List<String> shares(ImportResult result) {
        ImportedConfig config = ImportedConfig.of(result);
        TreeMap<String, String> shares = new TreeMap<>();
        config.config().listeners().values().forEach(listener -> listener.bind().forEach(bind -> shares.put(
                bind.toString(), config.pool(listener.pool()).endpoints().values().stream()
                        .map(each -> each.address() + "*" + each.weight()).collect(Collectors.joining(" ")))));
        return shares.entrySet().stream().map(each -> each.getKey() + ": " + each.getValue()).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sudo WEBHALF10\nsudo -n WEB20",
        "/sbin/iptables -w 5 ARGSHALF10\niptables-nft --wait ARGS20",
        "env LC_ALL=C WEBHALF10 && WEB20", "WEBHALF10; WEB20", "WEBHALF10 || exit 1\nWEB20 2>/dev/null || true",
        "VIP=203.0.113.1\nIPT='iptables -t nat'\n$IPT -A PREROUTING -d \"$VIP\" -p tcp --dport 80 HALF10\n${IPT} -A PREROUTING -d ${VIP}/32 -p tcp --dport 80 20",
        "export PORT=80 # the port\niptables -t nat -A PREROUTING -d ${VIP:-203.0.113.1} -p tcp --dport $PORT HALF10\nWEB20",
        "IPT=$(which iptables)\n$IPT ARGSHALF10\n$IPT ARGS20", "\uFEFFWEBHALF10\nWEB20",
        "iptables-restore <<EOF\n*nat\n-A PREROUTING -d 203.0.113.1 -p tcp --dport 80 HALF10\n-A PREROUTING -d 203.0.113.1 -p tcp --dport 80 20\nCOMMIT\nEOF",
        "iptables -t nat -C PREROUTING -d 203.0.113.1 -p tcp --dport 80 HALF10 || WEBHALF10\nWEB20",
        "WEB20\nWEB20\niptables -t nat -D PREROUTING 2\niptables -t nat -I PREROUTING -d 203.0.113.1 -p tcp --dport 80 HALF10",
        "iptables -t nat -N OLD\niptables -t nat -E OLD LB\niptables -t nat -A LB HALF10\niptables -tnat -A LB 20\niptables --table=nat --append PREROUTING --dst 203.0.113.1 --proto tcp --dport http --jump LB",
        "set -e\n[ -x /sbin/iptables ] || exit 0\necho 1 > /proc/sys/net/ipv4/ip_forward\nWEBHALF10\nWEB20\nexit 0\niptables -t nat -F"})
    void spellingsOfTheSameRulesAreAllFollowed(String text) {
        String spelled = text.replace("WEB", WEB).replace("ARGS", WEB.substring("iptables ".length()))
                .replace("HALF", HALF).replaceAll("(?<=[ 0-9A-Z])10\\b(?!\\.)", TO_10)
                .replaceAll("(?<=[ ])20\\b(?!\\.)", TO_20);

        assertThat(shares(script(spelled))).as(spelled).containsExactly(EQUAL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"for i in 1 2; do RULE; done", "if [ -n \"$X\" ]; then\nRULE\nfi", "f() {\nRULE\n}\nf",
        "case \"$1\" in\nstart)\nRULE\n;;\nesac", "[ \"$MODE\" = lb ] && RULE",
        "while read x; do RULE; done < servers"})
    void commandsThatMayNotBeRunLeaveTheirListenersOutAlone(String construct) {
        ImportResult result = script("# first", construct.replace("RULE", WEB + HALF + TO_10), WEB + TO_20,
                "iptables -t nat -A PREROUTING -d 203.0.113.2 -p tcp --dport 80 " + TO_20);

        assertThat(shares(result)).containsExactly("203.0.113.2:80: 192.0.2.20:80*1");
        assertThat(result.hasLoss()).isTrue();
        assertThat(ImportedConfig.notes(result)).anyMatch(note -> note.contains("203.0.113.1:80 is left out")
                && note.contains("of line 2"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"iptables -t nat -A PREROUTING $RULE", "iptables-restore < /etc/rules",
        "eval \"$CMD iptables\"",
        "iptables -t $TABLE -F", "iptables \"$@\""})
    void whatMayChangeAnyRuleLeavesNothing(String line) {
        ImportResult result = script(WEB + TO_20, line);

        assertThat(result.yaml()).isEmpty();
        assertThat(result.failure()).contains("iptables-save");
        ImportedConfig.assertNoted(result, 2, "it may change any rule");
    }

    @Test
    void anUnknownTargetOrAddressLeavesTheListenersThatItConcernsOut() {
        ImportResult target = script(WEB + "-j DNAT --to-destination $SERVER",
                "iptables -t nat -A PREROUTING -d 203.0.113.2 -p tcp --dport 80 " + TO_20);
        assertThat(shares(target)).containsExactly("203.0.113.2:80: 192.0.2.20:80*1");
        ImportedConfig.assertNoted(target, 1, "$SERVER");

        ImportResult address = script("iptables -t nat -A PREROUTING -d $(hostname -i) -p tcp --dport 80 " + TO_10,
                WEB + TO_20,
                "iptables -t nat -A PREROUTING -d 203.0.113.2 -p tcp --dport 81 " + TO_20);
        assertThat(shares(address)).containsExactly("203.0.113.2:81: 192.0.2.20:80*1");
        assertThat(address.hasLoss()).isTrue();
    }

    @Test
    void masqueradeBehindARuleIsNamedAsWhatItIs() {
        ImportResult result = script(WEB + TO_20 + " && iptables -t nat -A POSTROUTING -j MASQUERADE");

        assertThat(shares(result)).containsExactly("203.0.113.1:80: 192.0.2.20:80*1");
        ImportedConfig.assertNoted(result, 1, "MASQUERADE: no longer needed");
        assertThat(ImportedConfig.notes(result)).noneMatch(note -> note.contains("DNAT is"));
    }
}
