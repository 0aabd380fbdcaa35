package io.vipgate.neighbour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.vipgate.neighbour.NetlinkMessages.Reply;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The messages are written as a little-endian machine has them, which all are that vipgate runs on. */
@EnabledOnOs(architectures = {"amd64", "aarch64"})
class NetlinkMessagesTest {
    private static final int SEQUENCE = 7;
    private static final InetAddress OWN = InetAddress.ofLiteral("192.0.2.1");
    /** As Linux 6.18 writes them, a route to 192.0.2.11 over interface 3 and the stale entry for it. */
    private static final String ROUTE = "18000000" + "07000000" + "9a1f0000" + "02200000fe000001" + "00020000"
            + "08000f00fe000000" + "08000100c000020b" + "0800040003000000" + "08000700c0000201" + "0800190000000000"
            + "24000c00" + "0000000000000000000000000000000000000000000000000000000000000000";
    private static final String ENTRY = "1c000000" + "07000000" + "9a1f0000" + "02000000" + "03000000" + "04000001"
            + "08000100c000020b" + "0a0002000200000000" + "0a0000" + "0800040000000000" + "14000300"
            + "7417000004000000" + "0400000001000000";

    private final ByteBuffer request = ByteBuffer.allocate(NetlinkMessages.MAX_REQUEST_BYTES);

    @BeforeEach
    void leaveSomethingInTheBuffer() {
        Arrays.fill(request.array(), (byte) 0xff);
    }

    /** A message with its length in front. */
    private static ByteBuffer message(String rest) {
        byte[] bytes = HexFormat.of().parseHex(rest);
        ByteBuffer message = ByteBuffer.allocate(Integer.BYTES + bytes.length).order(ByteOrder.LITTLE_ENDIAN);
        return message.putInt(message.capacity()).put(bytes).flip();
    }

    private static Reply read(String rest) {
        return NetlinkMessages.read(message(rest), SEQUENCE);
    }

    private String asked() {
        byte[] bytes = new byte[request.remaining()];
        request.get(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void asksForTheRouteToAnAddress() {
        NetlinkMessages.askRoute(request, SEQUENCE, InetAddress.ofLiteral("192.0.2.11"));
        assertThat(asked())
                .isEqualTo("24000000" + "1a000100" + "07000000" + "00000000" + "0220000000000000" + "00000000"
                        + "08000100c000020b");

        NetlinkMessages.askRoute(request, SEQUENCE, InetAddress.ofLiteral("2001:db8::11"));
        assertThat(asked())
                .isEqualTo("30000000" + "1a000100" + "07000000" + "00000000" + "0a80000000000000" + "00000000"
                        + "1400010020010db8000000000000000000000011");
    }

    @Test
    void asksForTheRouteToALinkLocalAddressOnItsLink() throws UnknownHostException {
        byte[] address = InetAddress.ofLiteral("fe80::11").getAddress();

        NetlinkMessages.askRoute(request, SEQUENCE, Inet6Address.getByAddress(null, address, 5));

        assertThat(asked()).startsWith("38000000").endsWith("0000000011" + "0800040005000000");
    }

    @Test
    void asksForTheEntryOfAnInterface() {
        NetlinkMessages.askNeighbour(request, SEQUENCE, 3, InetAddress.ofLiteral("192.0.2.11"));
        assertThat(asked()).isEqualTo("24000000" + "1e000100" + "07000000" + "00000000" + "02000000" + "03000000"
                + "00000000" + "08000100c000020b");

        NetlinkMessages.askNeighbour(request, SEQUENCE, 3, InetAddress.ofLiteral("2001:db8::11"));
        assertThat(asked()).isEqualTo("30000000" + "1e000100" + "07000000" + "00000000" + "0a000000" + "03000000"
                + "00000000" + "1400010020010db8000000000000000000000011");
    }

    @Test
    void readsARouteToANeighbour() {
        assertThat(read(ROUTE)).isEqualTo(new Reply.Route(1, 3, false, OWN));
        assertThat(read(ROUTE.replace("fe000001", "ff000002"))).isInstanceOfSatisfying(Reply.Route.class,
                route -> assertThat(route.isLocal()).isTrue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"08000500c00002fe", "160012000a00fe8000000000000000000000000000010000"})
    void readsThatARouteLeadsToARouter(String gatewayOrVia) {
        assertThat(read(ROUTE + gatewayOrVia)).isEqualTo(new Reply.Route(1, 3, true, OWN));
    }

    @ParameterizedTest
    @CsvSource({
        // NUD_REACHABLE, STALE, DELAY, PROBE, PERMANENT
        "0200, true", "0400, true", "0800, true", "1000, true", "8000, true",
        // NONE, INCOMPLETE, FAILED, NOARP
        "0000, false", "0100, false", "2000, false", "4000, false"})
    void readsTheHardwareAddressOfAnEntryInUse(String state, boolean isInUse) {
        Reply entry = read(ENTRY.replace("03000000" + "0400", "03000000" + state));

        assertThat(entry).isEqualTo(new Reply.Entry(isInUse ? new MacAddress(0x02_00_00_00_00_0aL) : null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"000000000000", "ffffffffffff", "01005e000101"})
    void anAddressThatNoInterfaceHasIsNone(String mac) {
        assertThat(read(ENTRY.replace("0200000000" + "0a", mac))).isEqualTo(new Reply.Entry(null));
    }

    @Test
    void anEntryWithoutAnEthernetAddressHasNone() {
        assertThat(read("1c000000" + "07000000" + "00000000" + "02000000" + "03000000" + "02000001"))
                .isEqualTo(new Reply.Entry(null));
        assertThat(read("1c000000" + "07000000" + "00000000" + "02000000" + "03000000" + "02000001"
                + "080002000a000001")).as("the address of a tunnel").isEqualTo(new Reply.Entry(null));
    }

    @Test
    void readsARefusal() {
        String enoent = "02000000" + "07000000" + "00000000" + "feffffff" + "24000000" + "1e000100";

        assertThat(read(enoent)).isEqualTo(new Reply.Refused(2));
        assertThat(read("02000000" + "07000000" + "00000000")).as("cut off").isEqualTo(new Reply.Malformed());
    }

    @Test
    void anAnswerToAnotherQuestionIsNone() {
        assertThat(NetlinkMessages.read(message(ENTRY), SEQUENCE + 1)).isEqualTo(new Reply.Malformed());
        assertThat(read("03000000" + "07000000" + "00000000")).as("NLMSG_DONE").isEqualTo(new Reply.Malformed());
        assertThat(read("10000000" + ENTRY.substring(8))).as("RTM_NEWLINK").isEqualTo(new Reply.Malformed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"00000a00", "03000a00", "ffff0a00", "00000000"})
    void attributesEndBeforeABrokenOne(String header) {
        String body = "1c000000" + "07000000" + "00000000" + "02000000" + "03000000" + "02000001";

        assertThat(read(body + header + "0a0002000200000000" + "0a0000")).isEqualTo(new Reply.Entry(null));
    }

    @ParameterizedTest
    @ValueSource(strings = {ROUTE, ENTRY})
    void aMessageThatIsCutOffIsNonsense(String rest) {
        ByteBuffer whole = message(rest);
        for (int length = 0; length < whole.capacity(); length++) {
            assertThat(NetlinkMessages.read(whole.duplicate().limit(length), SEQUENCE)).as("%d bytes", length)
                    .isEqualTo(new Reply.Malformed());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {ROUTE, ENTRY})
    void whateverComesItIsRead(String rest) {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 100_000; i++) {
            ByteBuffer message = message(rest);
            for (int changes = random.nextInt(1, 6); changes > 0; changes--) {
                message.put(random.nextInt(message.capacity()), (byte) random.nextInt());
            }
            int number = i;
            assertThatCode(() -> NetlinkMessages.read(message, SEQUENCE)).as("seed %d, message %d", seed, number)
                    .doesNotThrowAnyException();
        }
    }
}
