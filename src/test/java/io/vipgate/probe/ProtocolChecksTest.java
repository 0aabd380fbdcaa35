package io.vipgate.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.ProbeConfig;
import io.vipgate.config.ProbeType;
import io.vipgate.config.RedisRole;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The protocols that the gateway knows, byte by byte, against servers that answer rightly and wrongly. */
class ProtocolChecksTest {
    private static final String GREETING = packet(0, "\n8.0.36\0" + "\1\0\0\0" + "12345678\0" + "\u00ff\u00f7!\2\0"
            + "\u00ff\u00df\u0015" + "\0".repeat(10) + "123456789012\0" + "caching_sha2_password\0");
    private static final String LOGIN = packet(1, "\1\u0082\u0008\0" + "\0\0\0\1" + "!" + "\0".repeat(23)
            + "check\0" + "\0" + "caching_sha2_password\0");
    private static final String OK = packet(2, "\0\0\0\2\0\0\0");
    private static final String MYSQL_QUIT = packet(0, "\1");
    private static final String STARTUP = "\0\0\0E\0\3\0\0user\0check\0database\0postgres\0application_name\0"
            + "vipgate-probe\0\0";
    private static final String PING = "*1\r\n$4\r\nPING\r\n";
    private static final String INFO = "*2\r\n$4\r\nINFO\r\n$11\r\nreplication\r\n";
    private static final String BIND = "0\f\2\1\1`\7\2\1\3\4\0\u0080\0";

    /** A packet of MySQL's. */
    private static String packet(int number, String payload) {
        return (char) (payload.length() & 0xFF) + "" + (char) (payload.length() >> 8) + "\0" + (char) number + payload;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * Says and hears in turn: what stands at even places is said, at odd places expected to be heard, and the rest is
     * heard until the end.
     */
    private static ScriptedPeer exchanging(CompletableFuture<String> rest, String... exchanges) throws IOException {
        return ScriptedPeer.that(socket -> {
            for (int i = 0; i < exchanges.length; i++) {
                if (i % 2 == 0) {
                    socket.getOutputStream().write(bytes(exchanges[i]));
                } else {
                    byte[] heard = socket.getInputStream().readNBytes(exchanges[i].length());
                    String text = new String(heard, StandardCharsets.ISO_8859_1);
                    if (!text.equals(exchanges[i])) {
                        rest.complete("heard: " + text);
                        return;
                    }
                }
            }
            ByteArrayOutputStream last = new ByteArrayOutputStream();
            try {
                for (int next = socket.getInputStream().read(); next >= 0; next = socket.getInputStream().read()) {
                    last.write(next);
                }
                rest.complete(last.toString(StandardCharsets.ISO_8859_1) + "FIN");
            } catch (IOException _) {
                rest.complete(last.toString(StandardCharsets.ISO_8859_1) + "RST");
            }
        });
    }

    private static ProbeResult check(ProbeConfig config, String end, String... exchanges) throws Exception {
        CompletableFuture<String> rest = new CompletableFuture<>();
        try (ScriptedPeer peer = exchanging(rest, exchanges)) {
            ProbeResult result = Checks.check(config, peer.address());
            assertThat(rest.get(10, TimeUnit.SECONDS)).as("what was heard last").isEqualTo(end);
            return result;
        }
    }

    private static ProbeResult failing(ProbeConfig config, String... exchanges) throws Exception {
        try (ScriptedPeer peer = exchanging(new CompletableFuture<>(), exchanges)) {
            return Checks.check(config, peer.address());
        }
    }

    private static ProbeConfig config(ProbeType type, String user, RedisRole role) {
        return Checks.protocol(type, Checks.AMPLE, user, role);
    }

    private static final ProbeConfig MYSQL = config(ProbeType.MYSQL, "check", RedisRole.ANY);
    private static final ProbeConfig PGSQL = config(ProbeType.PGSQL, "check", RedisRole.ANY);
    private static final ProbeConfig REDIS = config(ProbeType.REDIS, "", RedisRole.ANY);
    private static final ProbeConfig MASTER = config(ProbeType.REDIS, "", RedisRole.MASTER);
    private static final ProbeConfig SMTP = config(ProbeType.SMTP, "", RedisRole.ANY);
    private static final ProbeConfig LDAP = config(ProbeType.LDAP, "", RedisRole.ANY);

    @Test
    void mysqlLetsTheUserInAndOut() throws Exception {
        assertThat(check(MYSQL, MYSQL_QUIT + "FIN", GREETING, LOGIN, OK))
                .isEqualTo(ProbeResult.pass("logged in to 8.0.36"));
    }

    @Test
    void mysqlMayWantAnotherMethodOfLoggingIn() throws Exception {
        String other = packet(2, "\u00femysql_native_password\0" + "12345678901234567890\0");

        assertThat(check(MYSQL, MYSQL_QUIT + "FIN", GREETING, LOGIN, other, packet(3, ""), packet(4, "\0\0\0\2\0\0\0")))
                .isEqualTo(ProbeResult.pass("logged in to 8.0.36"));
        assertThat(check(MYSQL, MYSQL_QUIT + "FIN", GREETING, LOGIN, packet(2, "\1\3") + packet(3, "\0\0\0\2\0\0\0")))
                .isEqualTo(ProbeResult.pass("logged in to 8.0.36"));
    }

    @Test
    void anOldMysqlIsAnsweredInItsOwnWay() throws Exception {
        String greeting = packet(0,
                "\n5.1.73\0" + "\1\0\0\0" + "12345678\0" + "\u00ff\u00f7\u0008\2\0" + "\0".repeat(13)
                        + "123456789012\0");
        String login = packet(1, "\1\u0082\0\0" + "\0\0\0\1" + "!" + "\0".repeat(23) + "check\0" + "\0");

        assertThat(check(MYSQL, MYSQL_QUIT + "FIN", greeting, login, OK))
                .isEqualTo(ProbeResult.pass("logged in to 5.1.73"));
    }

    @Test
    void withoutUserMysqlsGreetingIsEnough() throws Exception {
        assertThat(check(config(ProbeType.MYSQL, "", RedisRole.ANY), "FIN", GREETING))
                .isEqualTo(ProbeResult.pass("greeting of 8.0.36"));
    }

    @Test
    void mysqlsErrorsFail() throws Exception {
        assertThat(failing(MYSQL, packet(0, "\u00ff\u0010\u0004Too many connections")))
                .isEqualTo(ProbeResult.fail("error 1040: Too many connections"));
        assertThat(failing(MYSQL, GREETING, LOGIN, packet(2, "\u00ff\u0015\u0004#28000Access denied for user 'check'")))
                .isEqualTo(ProbeResult.fail("error 1045: Access denied for user 'check'"));
        assertThat(failing(MYSQL, GREETING, LOGIN, packet(2, "\1\4")))
                .isEqualTo(ProbeResult.fail("asks for a password"));
        assertThat(failing(MYSQL, GREETING, LOGIN, packet(2, "\5")))
                .isEqualTo(ProbeResult.fail("not MySQL's answer to a login"));
        assertThat(failing(MYSQL, packet(0, "\t4.0\0")))
                .isEqualTo(ProbeResult.fail("not MySQL's protocol, version 10"));
    }

    @Test
    void postgresqlThatAsksForAPasswordTakesClients() throws Exception {
        assertThat(STARTUP).hasSize(0x45);
        assertThat(check(PGSQL, "FIN", "", STARTUP, "R\0\0\0\f\0\0\0\5salt"))
                .isEqualTo(ProbeResult.pass("asks for a password"));
        assertThat(check(PGSQL, "FIN", "", STARTUP, "R\0\0\0\u0017\0\0\0\nSCRAM-SHA-256\0\0"))
                .isEqualTo(ProbeResult.pass("asks for a password"));
    }

    @Test
    void postgresqlThatLetsTheUserInIsToldOfTheEnd() throws Exception {
        assertThat(check(PGSQL, "X\0\0\0\4FIN", "", STARTUP, "R\0\0\0\b\0\0\0\0Z\0\0\0\5I"))
                .isEqualTo(ProbeResult.pass("let in"));
    }

    @Test
    void postgresqlThatHasNoPlaceLeftFailsThoughItTrustsTheUser() throws Exception {
        String full = "SFATAL\0C53300\0Msorry, too many clients already\0\0";
        String nobody = "SFATAL\0C28000\0Mrole does not exist\0\0";

        assertThat(failing(PGSQL, "", STARTUP, "R\0\0\0\b\0\0\0\0" + "E\0\0\0" + (char) (4 + full.length()) + full))
                .isEqualTo(ProbeResult.fail("error 53300 sorry, too many clients already"));
        assertThat(failing(PGSQL, "", STARTUP,
                "R\0\0\0\b\0\0\0\0" + "E\0\0\0" + (char) (4 + nobody.length()) + nobody))
                .isEqualTo(ProbeResult.pass("let in: error 28000 role does not exist"));
    }

    @Test
    void postgresqlsErrorsFail() throws Exception {
        String fields = "SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0Fpostmaster.c\0\0";
        String error = "E\0\0\0" + (char) (4 + fields.length()) + fields;

        assertThat(failing(PGSQL, "", STARTUP, error))
                .isEqualTo(ProbeResult.fail("error 57P03 the database system is starting up"));
        assertThat(failing(PGSQL, "", STARTUP, "HTTP/1.1 400 Bad Request"))
                .isEqualTo(ProbeResult.fail("not PostgreSQL's protocol"));
        assertThat(failing(PGSQL, "", STARTUP, "R\u00ff\u00ff\u00ff\u00ff"))
                .isEqualTo(ProbeResult.fail("answer is longer than 64 KiB"));
        assertThat(failing(PGSQL, "", STARTUP, "R\0\0\0\0"))
                .isEqualTo(ProbeResult.fail("answer is longer than 64 KiB"));
    }

    @Test
    void redisAnswersItsPing() throws Exception {
        assertThat(check(REDIS, "RST", "", PING, "+PONG\r\n")).isEqualTo(ProbeResult.pass("PONG"));
    }

    @Test
    void redisIsTheMasterOrAReplica() throws Exception {
        String master = "# Replication\r\nrole:master\r\nconnected_slaves:0\r\n";
        String replica = "# Replication\r\nrole:slave\r\nmaster_host:192.0.2.1\r\n";

        assertThat(failing(MASTER, "", PING, "+PONG\r\n", INFO, bulk(master)))
                .isEqualTo(ProbeResult.pass("role master"));
        assertThat(failing(MASTER, "", PING, "+PONG\r\n", INFO, bulk(replica)))
                .isEqualTo(ProbeResult.fail("role slave"));
        assertThat(failing(config(ProbeType.REDIS, "", RedisRole.REPLICA), "", PING, "+PONG\r\n", INFO, bulk(replica)))
                .isEqualTo(ProbeResult.pass("role slave"));
    }

    private static String bulk(String text) {
        return "$" + text.length() + "\r\n" + text + "\r\n";
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "-LOADING Redis is loading the dataset in memory|error: LOADING Redis is loading the dataset in memory",
        "-NOAUTH Authentication required.|error: NOAUTH Authentication required.", "+OK|not PONG: +OK",
        "HTTP/1.1 400 Bad Request|not PONG: HTTP/1.1 400 Bad Request"})
    void redisErrorsFail(String answer, String cause) throws Exception {
        assertThat(failing(REDIS, "", PING, answer + "\r\n")).isEqualTo(ProbeResult.fail(cause));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"$-1|not what INFO answers: $-1",
        "-NOPERM no permissions|error: NOPERM no permissions", "$999999|answer is longer than 64 KiB"})
    void redisThatDoesNotTellItsRoleFails(String answer, String cause) throws Exception {
        assertThat(failing(MASTER, "", PING, "+PONG\r\n", INFO, answer + "\r\n")).isEqualTo(ProbeResult.fail(cause));
    }

    @Test
    void aMailServerIsGreetedAndLeft() throws Exception {
        assertThat(check(SMTP, "QUIT\r\nFIN", "220-mail.example ESMTP\r\n220 250 clients wait\r\n",
                "EHLO gateway.example\r\n", "250-mail.example\r\n250-SIZE 10240000\r\n250 CHUNKING\r\n"))
                .isEqualTo(ProbeResult.pass("greeted"));
    }

    @Test
    void aMailServerOfOldIsGreetedInItsWay() throws Exception {
        assertThat(check(SMTP, "QUIT\r\nFIN", "220 mail.example SMTP\r\n", "EHLO gateway.example\r\n",
                "502 not implemented\r\n", "HELO gateway.example\r\n", "250 mail.example\r\n"))
                .isEqualTo(ProbeResult.pass("greeted"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"421 4.3.2 too many connections", "554 no service here", "250 hello"})
    void aMailServerThatRefusesFails(String greeting) throws Exception {
        assertThat(check(SMTP, "QUIT\r\nFIN", greeting + "\r\n")).isEqualTo(ProbeResult.fail(greeting));
    }

    @Test
    void whatIsNoMailServerFails() throws Exception {
        assertThat(failing(SMTP, "SSH-2.0-OpenSSH_9.2\r\n"))
                .isEqualTo(ProbeResult.fail("not SMTP: SSH-2.0-OpenSSH_9.2"));
        assertThat(failing(SMTP, "220 mail\r\n", "EHLO gateway.example\r\n", "450 later\r\n"))
                .isEqualTo(ProbeResult.fail("450 later"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0\f\2\1\1a\7\n\1\0\4\0\4\0",
        "0\u0084\0\0\0\u0010\2\1\1a\u0084\0\0\0\7\n\1\0\4\0\4\0", "0\u0081\u000f\2\4\0\0\0\1a\7\n\1\0\4\0\4\0"})
    void aDirectoryIsBoundAndUnbound(String response) throws Exception {
        assertThat(check(LDAP, "0\5\2\1\2B\0FIN", "", BIND, response)).isEqualTo(ProbeResult.pass("bound"));
    }

    @Test
    void aDirectoryThatRefusesFails() throws Exception {
        assertThat(failing(LDAP, "", BIND, "0\u0010\2\1\1a\u000b\n\0010\4\0\4\4none"))
                .isEqualTo(ProbeResult.fail("bind: result 48: none"));
        assertThat(failing(LDAP, "", BIND, "0\f\2\1\1a\7\n\0013\4\0\4\0"))
                .isEqualTo(ProbeResult.fail("bind: result 51"));
        assertThat(failing(LDAP, "", BIND, "HTTP/1.1 400 Bad Request"))
                .isEqualTo(ProbeResult.fail("not LDAP's answer to a bind"));
    }

    @ParameterizedTest
    @EnumSource(names = {"MYSQL", "PGSQL", "REDIS", "SMTP", "LDAP"})
    void silenceAndEarlyEndsFail(ProbeType type) throws Exception {
        try (ScriptedPeer silent = ScriptedPeer.silent(); ScriptedPeer closing = ScriptedPeer.saying("")) {
            ProbeConfig config = Checks.protocol(type, Checks.SHORT, "check", RedisRole.ANY);
            assertThat(Checks.checkInVain(Checks.probe(config), silent.address()).cause())
                    .isEqualTo("no answer in 150 ms");
            assertThat(Checks.check(Checks.probe(config), closing.address(), Checks.AMPLE).outcome())
                    .isEqualTo(ProbeResult.Outcome.FAIL);
        }
    }
}
