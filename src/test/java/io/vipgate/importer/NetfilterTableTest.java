package io.vipgate.importer;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.importer.common.ImportResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The tables of docs/migrating.md for iptables and nft: each row is so. */
class NetfilterTableTest {
    private static final String WEB = "-A PREROUTING -d 203.0.113.1/32 -p tcp --dport 80 ";
    private static final String TO = "-j DNAT --to-destination 192.0.2.10:80\n";
    private static final String TO_OTHER = "-j DNAT --to-destination 192.0.2.20:80\n";
    private static final String COMMAND = "iptables -t nat " + WEB;

    /** What becomes of a sample. */
    private enum Result {
        /** Carried over, nothing is lost. */
        WHOLE,
        /** Carried over, something is lost. */
        LOSSY,
        /** Nothing is carried over, and said to be lost. */
        LEFT_OUT
    }

    /** A sample of a row, and words that stand in the configuration or in a note. */
    private record Sample(String text, Result result, String words) {}

    private static Sample nat(String rules, Result result, String words) {
        return new Sample("*nat\n:LB - [0:0]\n" + rules + "COMMIT\n", result, words);
    }

    /** Rules of table filter, and one that sends on. */
    private static Sample filtered(String rules, Result result, String words) {
        return new Sample("*filter\n:FORWARD ACCEPT [0:0]\n" + rules + "COMMIT\n*nat\n" + WEB + TO + "COMMIT\n", result,
                words);
    }

    private static Sample nft(String rules, Result result, String words) {
        return new Sample(
                "table ip nat {\n set vips {\n type ipv4_addr\n elements = { 203.0.113.1 }\n }\n chain web {\n"
                        + " tcp dport 80 dnat to 192.0.2.10:80\n }\n chain pre {\n"
                        + " type nat hook prerouting priority dstnat; policy accept;\n " + rules + "\n }\n}\n",
                result, words);
    }

    private static Map<String, Sample> iptables() {
        Map<String, Sample> rows = new LinkedHashMap<>();
        rows.put("`--mode random", nat(WEB + "-m statistic --mode random --probability 0.25 " + TO + WEB + TO_OTHER,
                Result.WHOLE, "weight: 3"));
        rows.put("`--mode nth`", nat(WEB + "-m statistic --mode nth --every 2 " + TO + WEB + TO_OTHER, Result.WHOLE,
                "balance: round-robin"));
        rows.put("`-A`, `-I`", new Sample(COMMAND + TO + COMMAND.replace("-A", "-D") + TO + COMMAND.replace("-A", "-I")
                + TO_OTHER, Result.WHOLE, "192.0.2.20:80"));
        rows.put("`-j CHAIN`",
                nat(WEB + "-m statistic --mode random --probability 0.5 -g LB\n" + WEB + TO_OTHER + "-A LB -p tcp "
                        + TO, Result.WHOLE, "192.0.2.10:80"));
        rows.put("`MARK`",
                new Sample("*mangle\n" + WEB + "-j MARK --set-mark 1\nCOMMIT\n*nat\n" + WEB + "-m mark --mark 1 "
                        + TO + "COMMIT\n", Result.WHOLE, "192.0.2.10:80"));
        rows.put("`-d`, `! -d`",
                nat(WEB + TO + "-A PREROUTING -d 203.0.113.0/24 -p tcp --dport 80 " + TO_OTHER, Result.LOSSY,
                        "not a network"));
        rows.put("no `-d`", nat("-A PREROUTING -p tcp --dport 80 " + TO, Result.WHOLE, "0.0.0.0:80"));
        rows.put("`-m addrtype",
                nat(WEB + "--syn -m addrtype --dst-type LOCAL -m conntrack --ctstate NEW " + TO, Result.WHOLE,
                        "192.0.2.10:80"));
        rows.put("`-i`, `-o`", nat(WEB + "-i eth0 " + TO, Result.WHOLE, "-i eth0: a listener is bound to an address"));
        rows.put("`--to-destination a-b`", nat(WEB + "-j DNAT --to-destination 192.0.2.10-192.0.2.11\n", Result.WHOLE,
                "source-hash"));
        rows.put("`--to-destination a:9000-9003`",
                nat(WEB + "-j DNAT --to-destination 192.0.2.10:9000-9003\n", Result.WHOLE,
                        "192.0.2.10:9000"));
        rows.put("`REDIRECT`", nat(WEB + "-j REDIRECT --to-ports 8080\n", Result.WHOLE, "127.0.0.1:8080"));
        rows.put("DNAT to a server", nat(WEB + "-j DNAT --to-destination 203.0.113.1:80\n" + "", Result.LOSSY,
                "a server's own address"));
        rows.put("chain OUTPUT",
                nat(WEB + TO + WEB.replace("PREROUTING", "OUTPUT") + TO + "-A POSTROUTING -j MASQUERADE\n",
                        Result.WHOLE, "no longer needed"));
        rows.put("`-s`, `! -s`", nat(WEB + "-s 10.0.0.0/8 " + TO, Result.LOSSY, "access: { allow: [10.0.0.0/8] }"));
        rows.put("`-s` in chain FORWARD", filtered("-A FORWARD -s 198.51.100.0/24 -j REJECT\n", Result.WHOLE,
                "access: { deny: [198.51.100.0/24] }"));
        rows.put("`-m connlimit`",
                filtered("-A FORWARD -s 10.0.0.0/8 -j ACCEPT\n-A FORWARD -p tcp --syn -m connlimit "
                        + "--connlimit-above 20 --connlimit-mask 24 -j DROP\n-A FORWARD -p tcp --syn -m hashlimit "
                        + "--hashlimit-above 5/sec --hashlimit-burst 9 --hashlimit-mode srcip --hashlimit-srcmask 24 "
                        + "--hashlimit-name a -j DROP\n", Result.WHOLE,
                        "perSource: { ipv4Prefix: 24, exempt: [10.0.0.0/8], maxConnections: 20, newPerSecond: 5, burst: 9 }"));
        rows.put("`-m set`, `-m recent`", filtered("-A FORWARD -m set --match-set bad src -j DROP\n", Result.LOSSY,
                "name it in access"));
        rows.put("chains of fail2ban",
                filtered("-N f2b-web\n-A FORWARD -p tcp -j f2b-web\n-A f2b-web -s 198.51.100.9 -j DROP\n",
                        Result.LOSSY, "let fail2ban ban by vipgate block"));
        rows.put("`-m set`, `-m limit`",
                nat(WEB + "-m set --match-set ours src " + TO, Result.LEFT_OUT, "is left out"));
        rows.put("`NETMAP`", nat(WEB + "-j NETMAP --to 192.0.2.0/24\n", Result.LEFT_OUT, "NETMAP"));
        rows.put("raw and mangle `DROP`",
                new Sample("*raw\n-A PREROUTING -s 198.51.100.9 -j DROP\nCOMMIT\n*nat\n" + WEB + TO
                        + "COMMIT\n", Result.WHOLE, "stays with iptables"));
        rows.put("in scripts: `sudo`",
                new Sample("VIP=203.0.113.1\nsudo iptables -w -t nat -A PREROUTING -d $VIP -p tcp --dport "
                        + "80 " + TO, Result.WHOLE, "192.0.2.10:80"));
        rows.put("in scripts: loops",
                new Sample("for i in a b; do " + COMMAND + TO.strip() + "; done\n", Result.LEFT_OUT,
                        "the loop of line 1"));
        return rows;
    }

    private static Map<String, Sample> nft() {
        Map<String, Sample> rows = new LinkedHashMap<>();
        String web = "ip daddr 203.0.113.1 tcp dport 80 ";
        String map = " map { 0 : 192.0.2.10, 1 : 192.0.2.20 }";
        rows.put("tables `ip`", nft(web + "jump web", Result.WHOLE, "192.0.2.10:80"));
        rows.put("`dnat to A`", nft(web + "redirect to :8080", Result.WHOLE, "127.0.0.1:8080"));
        rows.put("`numgen random mod N map", nft(web + "dnat to numgen inc mod 2" + map, Result.WHOLE, "round-robin"));
        rows.put("`numgen ... mod N",
                nft(web + "numgen random mod 4 < 1 jump web\n " + web + "dnat to 192.0.2.20", Result.WHOLE,
                        "weight: 3"));
        rows.put("`jhash", nft(web + "dnat to jhash ip saddr mod 2" + map, Result.WHOLE, "source-hash"));
        rows.put("sets, maps", nft("ip daddr @vips tcp dport vmap { 80 : jump web }", Result.WHOLE, "203.0.113.1:80"));
        rows.put("`meta mark`",
                nft(web + "meta mark set 0x1\n meta mark 0x1 tcp dport 80 dnat to 192.0.2.20", Result.WHOLE,
                        "192.0.2.20:80"));
        rows.put("`ip saddr`", nft(web + "limit rate 1/second jump web", Result.LEFT_OUT, "is left out"));
        rows.put("`add`, `insert`",
                new Sample("add table nat\nadd chain nat pre { type nat hook prerouting priority -100; }\n"
                        + "add rule nat pre " + web + "dnat to 192.0.2.10\ndelete rule nat pre handle 4\n",
                        Result.LOSSY, "not followed"));
        rows.put(
                "tables of iptables-nft", new Sample(
                        "# Warning: table ip nat is managed by iptables-nft, do not touch!\n"
                                + nft(web + "jump web", Result.WHOLE, "").text(),
                        Result.WHOLE, "managed by iptables-nft"));
        return rows;
    }

    private static List<String> rows(String section) throws IOException {
        String text = Files.readString(Path.of("docs/migrating.md"));
        String part = text.substring(text.indexOf("## From " + section + "\n"));
        List<String> rows = new ArrayList<>();
        for (String line : part.substring(0, part.indexOf("\n## ")).split("\n", -1)) {
            if (line.startsWith("| ") && !line.startsWith("| " + section + " |")) {
                rows.add(line.substring(2));
            }
        }
        return rows;
    }

    private static void assertHolds(ImportFormat format, List<String> rows, Map<String, Sample> samples) {
        assertThat(rows).hasSameSizeAs(samples.keySet());
        for (String row : rows) {
            Sample sample = samples.entrySet().stream().filter(each -> row.startsWith(each.getKey()))
                    .map(Map.Entry::getValue)
                    .findFirst().orElseThrow(() -> new AssertionError("no sample for the row: " + row));
            ImportResult result = format.convert(sample.text());
            assertThat(result.yaml().isEmpty()).as("%s%n%s", row, result).isEqualTo(sample.result() == Result.LEFT_OUT);
            assertThat(result.hasLoss()).as("%s%n%s", row, result).isEqualTo(sample.result() != Result.WHOLE);
            assertThat(result.yaml() + result.notes()).as(row).contains(sample.words());
        }
    }

    @Test
    void everyRowAboutIptablesIsSo() throws IOException {
        assertHolds(ImportFormat.IPTABLES, rows("iptables"), iptables());
    }

    @Test
    void everyRowAboutNftIsSo() throws IOException {
        assertHolds(ImportFormat.NFT, rows("nft"), nft());
    }
}
