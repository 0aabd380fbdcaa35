package io.vipgate.importer.haproxy;

import static io.vipgate.importer.common.ImportedConfig.assertNoted;
import static io.vipgate.importer.haproxy.HaproxyLines.listen;
import static io.vipgate.importer.haproxy.HaproxyLines.pool;
import static io.vipgate.importer.haproxy.HaproxyLines.probe;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.HttpProbeConfig;
import io.vipgate.config.PoolConfig;
import io.vipgate.config.ProbeConfig;
import io.vipgate.config.ProbeProxyProtocol;
import io.vipgate.config.ProbeType;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Checks of HAProxy as probes: what is sent, what decides, and who is not checked at all. */
class HaproxyProbeTest {
    @Test
    void aCheckOfSeveralStepsKeepsEachInItsPlace() {
        ProbeConfig probe = probe("option tcp-check", "tcp-check connect", "tcp-check send PING\\r\\n",
                "tcp-check expect string +PONG", "tcp-check send info\\ replication\\r\\n",
                "tcp-check expect string role:master", "tcp-check send QUIT\\r\\n", "tcp-check expect string +OK");

        assertThat(probe.steps()).extracting(step -> step.send().text() + "|" + step.expect().text()).containsExactly(
                "PING\\r\\n|+PONG", "info replication\\r\\n|role:master", "QUIT\\r\\n|+OK");
    }

    @Test
    void theRequestOfACheckKeepsItsMethodAndHeaders() {
        HttpProbeConfig old = probe("option httpchk HEAD /h HTTP/1.1\\r\\nHost:\\ www.example.com\\r\\n"
                + "Authorization:\\ Basic\\ eDp5").http().orElseThrow();
        assertThat(old.method()).isEqualTo("HEAD");
        assertThat(old.host()).hasValue("www.example.com");
        assertThat(old.headers()).containsOnly(Map.entry("Authorization", "Basic eDp5"));

        HttpProbeConfig present = probe("option httpchk",
                "http-check send meth GET uri /h hdr Host x hdr X-Check \"a b\"")
                .http().orElseThrow();
        assertThat(present.method()).isEqualTo("GET");
        assertThat(present.headers()).containsOnly(Map.entry("X-Check", "a b"));
        assertThat(probe("option httpchk").http().orElseThrow().method()).isEqualTo("OPTIONS");
    }

    @Test
    void headersThatTheProbeDoesNotSendAreNamed() {
        ImportResult result = listen("option httpchk", "http-check send hdr X %[uuid] hdr Content-Length 3",
                "server a 192.0.2.1:80 check");

        assertThat(ImportedConfig.of(result).pool("web").probe().http().orElseThrow().headers()).isEmpty();
        assertNoted(result, 4, "header X of the check is computed");
        assertNoted(result, 4, "header Content-Length of the check: the probe does not send it");
    }

    @Test
    void whoIsLoggedInByACheckIsKept() {
        assertThat(probe("option mysql-check user haproxy post-41").user()).isEqualTo("haproxy");
        assertThat(probe("option pgsql-check user haproxy").user()).isEqualTo("haproxy");
        assertThat(probe("option smtpchk EHLO gateway.example").helo()).isEqualTo("gateway.example");
    }

    @Test
    void aServerWithoutCheckAmongCheckedOnesIsNotProbed() {
        ImportResult result = listen("server a 192.0.2.1:80 check", "server b 192.0.2.2:80",
                "server c 192.0.2.3:80 backup");

        PoolConfig web = ImportedConfig.of(result).pool("web");
        assertThat(web.endpoints()).extractingFromEntries(each -> each.getKey() + " " + each.getValue().probe())
                .containsExactly("a true", "b false", "c false");
        assertNoted(result, 4, "not probed");
    }

    @Test
    void aCheckOfMailOverTlsStaysOne() {
        ProbeConfig smtps = pool("option smtpchk", "server m 192.0.2.1:465 check check-ssl verify none").probe();

        assertThat(smtps.type()).isEqualTo(ProbeType.SMTP);
        assertThat(smtps.tls()).isPresent();
        assertThat(pool("option mysql-check user x", "server m 192.0.2.1:3306 check check-ssl").probe().type())
                .isEqualTo(ProbeType.TLS);
    }

    @Test
    void aCheckOfAnotherPortHasNoHeaderUnlessItWasAskedFor() {
        assertThat(pool("server a 192.0.2.1:80 send-proxy-v2 check").probe().proxyProtocol())
                .isEqualTo(ProbeProxyProtocol.AUTO);
        assertThat(pool("server a 192.0.2.1:80 send-proxy-v2 check port 8008").probe().proxyProtocol())
                .isEqualTo(ProbeProxyProtocol.NONE);
        assertThat(pool("server a 192.0.2.1:80 send-proxy-v2 check port 8008 check-send-proxy").probe().proxyProtocol())
                .isEqualTo(ProbeProxyProtocol.V2);
        assertThat(pool("server a 192.0.2.1:80 check check-send-proxy").probe().proxyProtocol())
                .isEqualTo(ProbeProxyProtocol.V1);
    }
}
