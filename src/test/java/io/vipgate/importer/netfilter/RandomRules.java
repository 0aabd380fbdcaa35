package io.vipgate.importer.netfilter;

import java.util.List;
import java.util.Random;

/** Rules that nobody would write, and the kernel takes: chains, jumps, turns, chance, marks, negations. Stateless. */
final class RandomRules {
    static final List<String> ADDRESSES = List.of("203.0.113.1", "203.0.113.2", "198.51.100.7");
    static final List<Integer> PORTS = List.of(80, 81, 8000, 8001, 8002, 8003);
    private static final List<String> CHAINS = List.of("A", "B", "C");

    private RandomRules() {}

    private static String any(Random random, String... texts) {
        return texts[random.nextInt(texts.length)];
    }

    /** What {@code iptables-restore} reads. */
    static String iptables(Random random) {
        StringBuilder text = new StringBuilder("*raw\n:OUTPUT ACCEPT [0:0]\n");
        if (random.nextInt(10) == 0) {
            text.append("-A OUTPUT ").append(any(random, "-d 203.0.113.1 ", "-d 203.0.113.0/30 -p tcp --dport 80 "))
                    .append("-j CT --notrack\n");
        }
        text.append("COMMIT\n*mangle\n:OUTPUT ACCEPT [0:0]\n:M - [0:0]\n");
        for (int i = random.nextInt(4); i > 0; i--) {
            text.append("-A ").append(any(random, "OUTPUT", "OUTPUT", "M")).append(' ').append(where(random))
                    .append("--syn ").append(chance(random)).append(mark(random, "M")).append('\n');
        }
        text.append("COMMIT\n*nat\n:OUTPUT ACCEPT [0:0]\n");
        CHAINS.forEach(chain -> text.append(':').append(chain).append(" - [0:0]\n"));
        for (int chain = -1; chain < CHAINS.size(); chain++) {
            int rules = 1 + random.nextInt(5);
            for (int i = 0; i < rules; i++) {
                text.append("-A ").append(chain < 0 ? "OUTPUT" : CHAINS.get(chain)).append(' ').append(where(random))
                        .append(random.nextInt(6) == 0
                                ? "-m mark " + any(random, "", "! ") + "--mark "
                                        + any(random, "0x1", "0x2/0x3", "0x0/0x1") + " "
                                : "")
                        .append(chance(random)).append(target(random, chain)).append('\n');
            }
        }
        return text.append("COMMIT\n").toString();
    }

    private static String where(Random random) {
        String to = any(random, "", "", "", "-d 203.0.113.1 ", "! -d 203.0.113.1 ", "-d 203.0.113.0/30 ",
                "-d 198.51.100.7 ");
        String port = any(random, "", "", "--dport 80 ", "! --dport 80 ", "--dport 80:81 ", "--dport 8000:8003 ",
                "-m multiport --dports 80,8000:8001 ", "-m multiport ! --dports 81,8002 ",
                "-m iprange --dst-range 203.0.113.2-203.0.113.9 ", "-m addrtype --dst-type LOCAL ");
        return to + "-p tcp " + port;
    }

    private static String chance(Random random) {
        int every = 1 + random.nextInt(4);
        return switch (random.nextInt(6)) {
            case 0, 1 -> "-m statistic --mode random " + any(random, "", "", "! ") + "--probability "
                    + any(random, "0.5", "0.25", "0.33333333349", "0.1", "0.75", "0", "1", "0.62") + " ";
            case 2, 3 -> "-m statistic --mode nth " + any(random, "", "", "! ") + "--every " + every + " --packet "
                    + random.nextInt(every) + " ";
            default -> "";
        };
    }

    private static String mark(Random random, String chain) {
        return any(random, "-j MARK --set-xmark 0x1/0xffffffff", "-j MARK --set-mark 0x2/0x3", "-j MARK --or-mark 0x1",
                "-j MARK --xor-mark 0x3", "-j MARK --and-mark 0x2", "-j CONNMARK --set-xmark 0x3/0xf",
                "-j CONNMARK --save-mark", "-j CONNMARK --restore-mark --nfmask 0x3 --ctmask 0x1")
                .replace("-j M ", "-j " + chain + " ");
    }

    private static String target(Random random, int chain) {
        boolean canJump = chain + 1 < CHAINS.size();
        if (canJump && random.nextInt(3) == 0) {
            return any(random, "-j ", "-j ", "-g ") + CHAINS.get(chain + 1 + random.nextInt(CHAINS.size() - chain - 1));
        }
        return any(random, "-j RETURN", "-j ACCEPT", "-j DNAT --to-destination 192.0.2.10",
                "-j DNAT --to-destination 192.0.2.11:80", "-j DNAT --to-destination 192.0.2.12:8000-8003",
                "-j DNAT --to-destination 192.0.2.13-192.0.2.15:81",
                "-j DNAT --to-destination 192.0.2.16:8000-8003 --random",
                "-j DNAT --to-destination 192.0.2.17:8000-8003/8000", "-j REDIRECT --to-ports 8001",
                "-j DNAT --to-destination :8002", "-j DNAT --to-destination 192.0.2.18",
                "-j DNAT --to-destination 192.0.2.19:81");
    }

    /** What {@code nft -f} reads. */
    static String nft(Random random) {
        StringBuilder text = new StringBuilder("""
                table ip t {
                  set vips {
                    type ipv4_addr
                    flags interval
                    elements = { 203.0.113.1, 198.51.100.0/24 }
                  }
                  map services {
                    type ipv4_addr . inet_service : ipv4_addr . inet_service
                    elements = { 203.0.113.1 . 80 : 192.0.2.30 . 81, 203.0.113.2 . 8001 : 192.0.2.31 . 8002 }
                  }
                """);
        for (int chain = CHAINS.size() - 1; chain >= -1; chain--) {
            text.append("  chain ").append(chain < 0 ? "base" : CHAINS.get(chain)).append(" {\n");
            if (chain < 0) {
                text.append("    type nat hook output priority -100; policy accept;\n");
            }
            for (int i = 1 + random.nextInt(5); i > 0; i--) {
                text.append("    ").append(nftWhere(random)).append(nftChance(random)).append(nftTarget(random, chain))
                        .append('\n');
            }
            text.append("  }\n");
        }
        text.append("  chain first {\n    type filter hook output priority mangle; policy accept;\n");
        for (int i = random.nextInt(3); i > 0; i--) {
            text.append("    tcp flags syn / fin,syn,rst,ack ").append(nftWhere(random)).append(nftChance(random))
                    .append(any(random, "meta mark set 0x1", "meta mark set numgen inc mod 3",
                            "meta mark set mark or 0x2",
                            "ct mark set 0x1", "meta mark set ct mark", "meta mark set mark xor 0x1"))
                    .append('\n');
        }
        return text.append("  }\n}\n").toString();
    }

    private static String nftWhere(Random random) {
        return "meta l4proto tcp "
                + any(random, "", "", "ip daddr 203.0.113.1 ", "ip daddr != 203.0.113.1 ", "ip daddr @vips ",
                        "ip daddr { 203.0.113.1, 203.0.113.2 } ", "ip daddr 203.0.113.0-203.0.113.1 ",
                        "fib daddr type local ")
                + any(random, "", "", "tcp dport 80 ", "tcp dport != 80 ", "tcp dport { 80, 8000-8001 } ",
                        "tcp dport 8000-8003 ", "ip daddr . tcp dport { 203.0.113.1 . 80, 198.51.100.7 . 81 } ",
                        "meta mark & 0x1 == 0x1 ", "ct mark 0x1 ", "meta mark != 0x2 ");
    }

    private static String nftChance(Random random) {
        return any(random, "", "", "numgen inc mod 2 == 0 ", "numgen inc mod 3 != 1 ", "numgen random mod 10 < 3 ",
                "numgen random mod 4 { 0, 2 } ", "numgen inc mod 5 offset 10 11-13 ",
                "jhash ip saddr mod 3 seed 0x7 0 ");
    }

    private static String nftTarget(Random random, int chain) {
        String next = chain + 1 < CHAINS.size()
                ? CHAINS.get(chain + 1 + random.nextInt(CHAINS.size() - chain - 1))
                : "";
        if (!next.isEmpty() && random.nextInt(3) == 0) {
            return any(random, "jump NEXT", "goto NEXT", "numgen inc mod 3 vmap { 0 : jump NEXT, 1 : return }",
                    "numgen random mod 4 vmap { 0-1 : goto NEXT, 3 : accept }",
                    "tcp dport vmap { 80 : jump NEXT, 81 : return }")
                    .replace("NEXT", next);
        }
        return any(random, "return", "accept", "dnat to 192.0.2.10", "tcp dport 1-65535 dnat to 192.0.2.11:80",
                "dnat to numgen inc mod 2 map { 0 : 192.0.2.12, 1 : 192.0.2.13 }",
                "tcp dport 1-65535 dnat to numgen random mod 10 map { 0-2 : 192.0.2.14, 3-9 : 192.0.2.15 }:81",
                "dnat to jhash ip saddr mod 3 seed 0x7 map { 0 : 192.0.2.16, 1 : 192.0.2.17, 2 : 192.0.2.18 }",
                "dnat to 192.0.2.19-192.0.2.21", "tcp dport 1-65535 redirect to :8001",
                "tcp dport 1-65535 dnat to numgen inc mod 3 offset 2 map { 2 : 192.0.2.22 . 80, 3-4 : 192.0.2.23 . 81 }",
                "dnat to ip daddr . tcp dport map @services", "tcp dport 1-65535 dnat to 192.0.2.24:8000-8003 random",
                "tcp dport 1-65535 dnat to 192.0.2.25:8000-8003");
    }
}
