package io.vipgate.neighbour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vipgate.linux.OwnNetwork;
import io.vipgate.neighbour.ReplyRoute.Verdict;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the kernel says of endpoints' replies to clients' addresses, on networks of the test's own. */
class ReplyRoutesTest {
    private static ReplyRoute lookUp(String address, int port) throws Exception {
        return new ReplyRoutes().lookUp(List.of(new InetSocketAddress(InetAddress.ofLiteral(address), port)))
                .getFirst();
    }

    /** With 192.0.2.0/24 and 2001:db8::/64 on the interface {@code inner}. */
    private static <T> T onANetwork(Callable<T> task) throws Exception {
        assumeTrue(OwnNetwork.isAllowed(), "needs root");
        return OwnNetwork.call(() -> {
            OwnNetwork.ip("link add inner type veth peer name node");
            OwnNetwork.ip("address add 192.0.2.1/24 dev inner");
            OwnNetwork.ip("address add 2001:db8::1/64 dev inner nodad");
            OwnNetwork.ip("link set node up");
            OwnNetwork.ip("link set inner up");
            OwnNetwork.awaitIp("-6 route show table local", "local 2001:db8::1 ");
            return task.call();
        });
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.10, ip, 192.0.2.1", "2001:db8::10, ip -6, 2001:db8::1"})
    void repliesAreTakenOnceTheCommandsHaveRun(String endpoint, String ip, String own) throws Exception {
        onANetwork(() -> {
            ReplyRoute before = lookUp(endpoint, 80);
            assertThat(before.verdict()).isEqualTo(Verdict.NOT_TAKEN);
            assertThat(before.interfaceName()).isEqualTo("inner");
            assertThat(before.own()).isEqualTo(InetAddress.ofLiteral(own));
            assertThat(before.ruleCommand()).isEqualTo(
                    ip + " rule add pref 900 iif inner from " + endpoint + " ipproto tcp sport 80 lookup 900");
            assertThat(before.tableCommand()).isEqualTo(ip + " route replace local default dev lo table 900");

            OwnNetwork.ip(before.ruleCommand().substring("ip ".length()));
            assertThat(lookUp(endpoint, 80).verdict()).as("the rule alone").isEqualTo(Verdict.NOT_TAKEN);
            OwnNetwork.ip(before.tableCommand().substring("ip ".length()));

            assertThat(lookUp(endpoint, 80).verdict()).isEqualTo(Verdict.TAKEN);
            assertThat(lookUp(endpoint, 81).verdict()).as("another port").isEqualTo(Verdict.NOT_TAKEN);
            return null;
        });
    }

    @Test
    void anyRecipeCounts() throws Exception {
        onANetwork(() -> {
            OwnNetwork.ip("rule add iif inner lookup 100");
            OwnNetwork.ip("route add local default dev lo table 100");

            assertThat(lookUp("192.0.2.10", 8080).verdict()).isEqualTo(Verdict.TAKEN);
            return null;
        });
    }

    @Test
    void endpointOnThisMachineOrWithoutARouteIsTold() throws Exception {
        onANetwork(() -> {
            assertThat(lookUp("192.0.2.1", 80).verdict()).isEqualTo(Verdict.OWN_ADDRESS);
            assertThat(lookUp("127.0.0.1", 80).verdict()).isEqualTo(Verdict.OWN_ADDRESS);
            assertThat(lookUp("203.0.113.9", 80).verdict()).isEqualTo(Verdict.NO_ROUTE);
            assertThat(lookUp("2001:db8:1::9", 80).verdict()).isEqualTo(Verdict.NO_ROUTE);
            return null;
        });
    }
}
