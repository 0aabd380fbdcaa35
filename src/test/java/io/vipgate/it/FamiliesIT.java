package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.TestGateway;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** IPv4 and IPv6, on either side. A machine without IPv6 fails these tests: they must not pass unseen. */
@SocketTest
final class FamiliesIT {
    private static final String IPV4 = "127.0.0.1";
    private static final String IPV6 = "::1";

    private static void exchangeAndFinish(TestGateway gateway, String address) throws IOException {
        try (Peer client = Peer.connect(address, gateway.port(), 0)) {
            client.send("question");
            client.fin();
            assertThat(client.receiveAll()).asString().isEqualTo("question");
        }
    }

    private static String bind(String address) {
        return address.equals(IPV6) ? "\"[::1]:0\"" : address + ":0";
    }

    @Test
    void thisMachineHasIpv6() throws Exception {
        assertThat(Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
                .flatMap(NetworkInterface::inetAddresses).filter(Inet6Address.class::isInstance)
                .filter(InetAddress::isLoopbackAddress)).as("IPv6 loopback addresses; without one, net.ipv6.conf.lo"
                        + ".disable_ipv6 is 1")
                .isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, 127.0.0.1", "127.0.0.1, ::1", "::1, 127.0.0.1", "::1, ::1"})
    void eachFamilyOfListenersReachesEachFamilyOfEndpoints(String listener, String endpoint) throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(endpoint);
                TestGateway gateway = TestGateway.with().bind(bind(listener)).endpoint("a", echo).start()) {
            exchangeAndFinish(gateway, listener);

            assertThat(echo.accepted()).isEqualTo(1);
        }
    }

    @Test
    void aListenerOnEveryAddressTakesBothFamilies() throws Exception {
        try (EchoEndpoint four = new EchoEndpoint(IPV4);
                EchoEndpoint six = new EchoEndpoint(IPV6);
                TestGateway gateway = TestGateway.with().bind(":0").endpoint("four", four).endpoint("six", six)
                        .pool("balance: round-robin").eventLoops(1).start()) {
            for (int i = 0; i < 4; i++) {
                exchangeAndFinish(gateway, IPV4);
                exchangeAndFinish(gateway, IPV6);
            }

            assertThat(four.accepted()).isEqualTo(4);
            assertThat(six.accepted()).isEqualTo(4);
        }
    }

    @Test
    void aClientHasOneFormHoweverItComesIn() throws Exception {
        // Two listeners of both kinds must send one client to one endpoint, since source-hash sees one address.
        try (EchoEndpoint a = new EchoEndpoint();
                EchoEndpoint b = new EchoEndpoint();
                EchoEndpoint c = new EchoEndpoint();
                TestGateway plain = hashing(IPV4 + ":0", a, b, c);
                TestGateway dual = hashing(":0", a, b, c)) {
            for (int i = 0; i < 10; i++) {
                exchangeAndFinish(plain, IPV4);
                exchangeAndFinish(dual, IPV4);
            }

            assertThat(new int[]{a.accepted(), b.accepted(), c.accepted()}).containsOnlyOnce(20).contains(0);
        }
    }

    private static TestGateway hashing(String bind, EchoEndpoint a, EchoEndpoint b, EchoEndpoint c) throws Exception {
        return TestGateway.with().bind(bind).endpoint("a", a).endpoint("b", b).endpoint("c", c)
                .pool("balance: source-hash").start();
    }

    @Test
    void severalAddressesMayBeBound() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().bind("[127.0.0.1:0, \"[::1]:0\"]").endpoint("a", echo)
                        .start()) {
            assertThat(gateway.gateway().ports("web")).hasSize(2);
            try (Peer four = Peer.connect(IPV4, gateway.gateway().ports("web").getFirst(), 0);
                    Peer six = Peer.connect(IPV6, gateway.gateway().ports("web").getLast(), 0)) {
                four.exchange();
                six.exchange();
            }
        }
    }
}
