package io.vipgate.importer.haproxy;

import static io.vipgate.importer.haproxy.HaproxyLines.assertLost;
import static io.vipgate.importer.haproxy.HaproxyLines.assertNothingLost;
import static io.vipgate.importer.haproxy.HaproxyLines.assertRemarked;
import static io.vipgate.importer.haproxy.HaproxyLines.listen;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.BalanceRule;
import io.vipgate.config.OnDown;
import io.vipgate.importer.common.Durations;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which servers take which share, and that a share that is lost is told. */
class HaproxyServersTest {
    @ParameterizedTest
    @ValueSource(strings = {"server x 192.0.2.9:443 ssl verify none", "server x /run/x.sock", "server x abns@x",
        "server x _http._tcp.web.example", "server-template x 3 _http._tcp.web.example resolvers dns",
        "server x 192.0.2.9:80 socks4 192.0.2.7:1080", "server x 192.0.2.9:80 send-proxy", "server x \"$HOST:80\""})
    void aServerThatIsNoEndpointIsALossOfItsShare(String server) {
        ImportResult result = listen("server a 192.0.2.1:80", server);

        assertThat(ImportedConfig.of(result).endpoints("web")).containsExactly("a=192.0.2.1:80*1");
        assertLost(result, 4, "the others take its share");
    }

    @Test
    void aTemplateStandsForItsServersBesideOthers() {
        ImportResult result = listen("server-template w 2-4 web.example:80 weight 5", "server a 192.0.2.1:80 weight 5");

        assertThat(ImportedConfig.of(result).endpoints("web")).containsExactly("w=web.example:80*15",
                "a=192.0.2.1:80*5");
        assertLost(result, 3, "one endpoint for 3 servers");
        assertNothingLost(listen("server-template w 3 web.example:80"));
        assertLost(listen("server-template w many web.example:80"), 3, "not a number of servers");
    }

    @Test
    void oneServerAndItsBackupsAreTakenInOrder() {
        ImportResult result = listen("server a 192.0.2.1:80", "server b 192.0.2.2:80 backup",
                "server c 192.0.2.3:80 backup");

        assertThat(ImportedConfig.of(result).pool("web").balance()).isEqualTo(BalanceRule.FIRST);
        assertNothingLost(result);
        assertThat(
                ImportedConfig.of(listen("option allbackups", "server a 192.0.2.1:80", "server b 192.0.2.2:80 backup",
                        "server c 192.0.2.3:80 backup")).pool("web").balance())
                .isEqualTo(BalanceRule.ROUND_ROBIN);
    }

    @Test
    void sessionsThatEndWithTheirServerDoSoInTheWholePool() {
        String closes = " on-marked-down shutdown-sessions";
        ImportResult all = listen("default-server" + closes, "server a 192.0.2.1:80", "server b 192.0.2.2:80");
        assertThat(ImportedConfig.of(all).pool("web").onDown()).isEqualTo(OnDown.CLOSE);
        assertNothingLost(all);

        ImportResult some = listen("server a 192.0.2.1:80", "server b 192.0.2.2:80" + closes);
        assertThat(ImportedConfig.of(some).pool("web").onDown()).isEqualTo(OnDown.CLOSE);
        assertLost(some, 4, "so open connections of a are reset too when it goes down");

        ImportResult none = listen("server a 192.0.2.1:80", "server b 192.0.2.2:80");
        assertThat(ImportedConfig.of(none).pool("web").onDown()).isEqualTo(OnDown.KEEP);
    }

    @Test
    void backupsAloneAreTakenInOrder() {
        ImportResult result = listen("server a 192.0.2.1:80 backup", "server b 192.0.2.2:80 backup");

        assertThat(ImportedConfig.of(result).pool("web").balance()).isEqualTo(BalanceRule.FIRST);
        assertNothingLost(result);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"maxconn 9|backup|backup||3", "|backup maxconn 9|backup||4",
        "backup maxconn 9|backup|backup||3", "maxconn 9|backup maxconn 9|backup|allbackups|3",
        "|backup maxconn 9|backup|allbackups|0", "||backup maxconn 9||0",
        "maxconn 9 disabled|backup|||0", "maxconn 9|maxconn 9|||0"})
    void thatABackupGetsTheClientsOfFullServersIsALoss(String first, String second, String third, String option,
            int line) {
        ImportResult result = listen("server a 192.0.2.1:80 " + text(first), "server b 192.0.2.2:80 " + text(second),
                "server c 192.0.2.3:80 " + text(third), option == null ? "" : "option " + option);

        if (line == 0) {
            assertNothingLost(result);
        } else {
            assertLost(result, line, "uses a backup only while they are down; now a backup gets those");
        }
    }

    private static String text(String word) {
        return word == null ? "" : word;
    }

    @ParameterizedTest
    @CsvSource({"10%, 10", "7x, 7", "+3, 3", "abc, 0"})
    void aWeightIsWhatHaproxyReadsOfIt(String written, int weight) {
        ImportResult result = listen("server a 192.0.2.1:80 weight " + written, "server b 192.0.2.2:80 weight 5");

        assertThat(ImportedConfig.of(result).endpoint("web", "a").weight()).isEqualTo(weight);
        assertRemarked(result, 3, "it is " + weight + ", as HAProxy reads it");
        assertNothingLost(result);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0:8000", "*:8000", ":8000", "[::]:8000", "0.0.0.0"})
    void theAddressThatAClientConnectedToIsNamedAsSuch(String address) {
        assertLost(listen("server a 192.0.2.1:80", "server b " + address), 4,
                address + " stands for the address that the client connected to");
    }

    @Test
    void backupsOfSeveralServersShareAndThatIsALoss() {
        String[] servers = {"server a 192.0.2.1:80", "server b 192.0.2.2:80", "server c 192.0.2.3:80 backup",
            "server d 192.0.2.4:80 backup"};

        assertLost(listen(servers), 6, "backup endpoints share the connections");
        assertNothingLost(listen("balance first\n" + String.join("\n", servers)));
        assertNothingLost(listen("option allbackups\n" + String.join("\n", servers)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"uri", "url_param id", "hdr(Host)"})
    void rulesForHttpAreWhatHaproxyMakesOfThem(String balance) {
        ImportResult result = listen("balance " + balance, "server a 192.0.2.1:80");

        assertRemarked(result, 3, "HAProxy itself falls back to roundrobin");
        assertNothingLost(result);
    }

    @ParameterizedTest
    @ValueSource(strings = {"balance rdp-cookie", "balance hash req.len", "balance source\nhash-balance-factor 150",
        "use-server a if { src 192.0.2.9 }", "persist rdp-cookie", "option transparent", "dispatch 192.0.2.2:80",
        "tcp-request content set-dst-port int(81)", "tcp-request content reject if { req.len 0 }",
        "default-server agent-check agent-port 9000", "default-server weight many"})
    void whatElseChoseAServerIsALoss(String lines) {
        assertThat(listen(lines, "server a 192.0.2.1:80", "server b 192.0.2.2:80").hasLoss()).isTrue();
    }

    @Test
    void aSlowStartOfOneServerHoldsForAllAndThatIsSaid() {
        assertLost(listen("server a 192.0.2.1:80 slowstart 30s", "server b 192.0.2.2:80"), 3,
                "slowstart holds for a whole pool");
        assertNothingLost(listen("default-server slowstart 30s", "server a 192.0.2.1:80", "server b 192.0.2.2:80"));
    }

    @Test
    void dispatchAloneIsAnEndpoint() {
        assertThat(ImportedConfig.of(listen("dispatch 192.0.2.1:80")).endpoints("web"))
                .containsExactly("dispatch=192.0.2.1:80*1");
    }

    @Test
    void wordsThatChangeNothingAreRemarks() {
        ImportResult result = listen(
                "default-server init-addr last,libc,none resolvers dns observe layer4 downinter 5s "
                        + "maxconn 10 minconn 2 maxqueue 9",
                "fullconn 9", "timeout queue 5s", "load-server-state-from-file global",
                "retry-on conn-failure", "server a web.example:80 check", "server b web2.example:80 check disabled");

        assertNothingLost(result);
        assertRemarked(result, 8, "init-addr last,libc,none: names are looked up");
        assertRemarked(result, 9, "disabled: its weight is 0");
    }

    // ---- tables, timeouts, variables ----

    @Test
    void theTableOfAnotherSectionIsUsed() {
        String table = "backend tab\nstick-table type ip size 10k expire 7m\n";
        String listen = "listen %s\nbind 203.0.113.1:8%s\nstick on src table tab\nserver s 192.0.2.1:80\n";
        ImportResult result = HaproxyImporter.convert(table + listen.formatted("e", 4));

        assertThat(Durations.print(ImportedConfig.of(result).pool("e").pinning().ttl())).isEqualTo("7m");
        assertThat(ImportedConfig.of(result).pool("e").pinning().maxEntries()).isEqualTo(10_240);
        assertNothingLost(result);
        assertThat(ImportedConfig.notes(result)).noneMatch(note -> note.contains("backend tab"));
        assertLost(HaproxyImporter.convert(table + listen.formatted("e", 4) + listen.formatted("f", 5)), 5,
                "each pool has pins of its own");
        assertLost(listen("stick on src table nowhere", "server a 192.0.2.1:80"), 3, "no stick-table in nowhere");
    }

    @Test
    void matchAndStoreOfTheSameAddressArePinning() {
        String table = "stick-table type ipv6 size 1k expire 5m";

        ImportResult both = listen(table, "stick match src,ipmask(24,64)", "stick store-request src,ipmask(24,64)",
                "server a 192.0.2.1:80");
        assertThat(ImportedConfig.of(both).pool("web").pinning().ipv4Prefix()).isEqualTo(24);
        assertThat(ImportedConfig.of(both).pool("web").pinning().ipv6Prefix()).isEqualTo(64);
        assertNothingLost(both);
        assertLost(listen(table, "stick match src", "server a 192.0.2.1:80"), 4, "nothing stores");
        assertLost(listen(table, "stick on req.ssl_sni", "server a 192.0.2.1:80"), 4, "by their address alone");
        assertLost(listen(table, "stick on src", "stick on dst", "server a 192.0.2.1:80 non-stick"), 6, "non-stick");
    }

    @Test
    void oldNamesOfTimeoutsAreRead() {
        ImportResult result = HaproxyImporter.convert("""
                defaults
                mode tcp
                contimeout 5000
                clitimeout 50000
                srvtimeout 50000
                listen web 203.0.113.1:80
                server w1 192.0.2.11:80 check
                """);

        assertThat(ImportedConfig.of(result).pool("web").connect().timeout()).hasSeconds(5);
        assertThat(ImportedConfig.of(result).pool("web").timeouts().idle()).hasSeconds(50);
        assertThat(result.notes()).hasSize(1);
    }

    @Test
    void variablesHaveWhatTheFileGivesThem() {
        ImportResult result = HaproxyImporter.convert("""
                global
                setenv NET 192.0.2
                listen b
                bind "203.0.113.1:${PORT-81}"
                timeout client "${T-5s}"
                timeout server 5s
                server s1 "$NET.11:80"
                server s2 '$NET.12:80'
                server s3 "${ELSE}:80"
                """);

        assertThat(ImportedConfig.of(result).wiring("b")).isEqualTo("203.0.113.1:81 -> b");
        assertThat(ImportedConfig.of(result).pool("b").timeouts().idle()).hasSeconds(5);
        assertThat(ImportedConfig.of(result).endpoints("b")).containsExactly("s1=192.0.2.11:80*1");
        assertRemarked(result, 4, "${PORT-81}: its default is taken");
        assertLost(result, 8, "the others take its share");
        assertLost(result, 9, "${ELSE}: HAProxy's environment is not known here");
    }

    @Test
    void blocksThatOnlyHaproxyCanDecideAreALossAndOthersAreFollowed() {
        ImportResult result = HaproxyImporter.convert("""
                listen web
                bind 203.0.113.1:80
                .if 0
                server a 192.0.2.1:80
                .elif true
                server b 192.0.2.2:80
                .else
                server c 192.0.2.3:80
                .endif
                .if feature(OPENSSL)
                server d 192.0.2.4:80
                .else
                server e 192.0.2.5:80
                .endif
                """);

        assertThat(ImportedConfig.of(result).endpoints("web")).containsExactly("b=192.0.2.2:80*1");
        assertLost(result, 10, "left out up to its .endif");
    }

    @Test
    void localhostIsBothItsAddresses() {
        ImportResult result = HaproxyImporter
                .convert("listen web\nbind localhost:8080\nserver s1 192.0.2.11:80 check\n");

        assertThat(ImportedConfig.of(result).wiring("web")).isEqualTo("127.0.0.1:8080 [::1]:8080 -> web");
    }
}
