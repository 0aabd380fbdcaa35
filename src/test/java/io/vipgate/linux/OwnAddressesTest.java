package io.vipgate.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OwnAddressesTest {
    private static List<Boolean> contains(OwnAddresses own, String... addresses) {
        return Stream.of(addresses).map(address -> own.contains(InetAddress.ofLiteral(address))).toList();
    }

    @Test
    void broadcastAddressesOfTheMachinesNetworksAreNoClients() throws Exception {
        assumeTrue(OwnNetwork.isAllowed(), "needs root");
        OwnNetwork.call(() -> {
            OwnNetwork.ip("link add inner type veth peer name other");
            OwnNetwork.ip("addr add 192.0.2.5/25 brd + dev inner");
            OwnNetwork.ip("link set inner up");
            OwnAddresses own = new OwnAddresses();
            assertThat(contains(own, "192.0.2.5", "192.0.2.127", "127.0.0.9", "::1"))
                    .as("before it looked").containsExactly(false, false, true, true);
            own.look();
            assertThat(contains(own, "192.0.2.5", "192.0.2.127")).containsOnly(true);
            assertThat(contains(own, "192.0.2.126", "192.0.2.255", "198.51.100.1")).containsOnly(false);
            return true;
        });
    }
}
