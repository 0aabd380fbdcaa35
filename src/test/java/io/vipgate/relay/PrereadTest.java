package io.vipgate.relay;

import static io.vipgate.relay.RelayFixture.SECOND;
import static io.vipgate.relay.RelayFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.access.AccessEntry;
import io.vipgate.access.AccessLine;
import io.vipgate.access.AccessList;
import io.vipgate.access.Blocks;
import io.vipgate.access.Prefix;
import io.vipgate.access.PrefixTable;
import io.vipgate.access.SourceLimits;
import io.vipgate.access.SourceRules;
import io.vipgate.linux.ClientAddress;
import io.vipgate.proxyprotocol.ProxyHeader;
import io.vipgate.proxyprotocol.TlvTypes;
import io.vipgate.text.IpText;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Clients whose first bytes decide: the PROXY header that their peer must send. */
class PrereadTest {
    private static final String LINE = "PROXY TCP4 203.0.113.9 203.0.113.1 40001 443\r\n";
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final byte[] LOCAL = HexFormat.of().parseHex(SIGNATURE + "20000000");
    private static final long TIMEOUT = 5 * SECOND;

    private final AtomicInteger waiting = new AtomicInteger();

    private RelayFixture fixture(int maxConnections, boolean rejectsOthers) {
        RelayFixture fixture = new RelayFixture(RelayFixture.settings(), maxConnections);
        fixture.listener.accept(new ProxyAcceptance(
                new PrefixTable(List.of(Prefix.parse("198.51.100.0/24").orElseThrow())), rejectsOthers,
                Set.of(ProxyHeader.Version.V1, ProxyHeader.Version.V2), TIMEOUT, TlvTypes.NONE), waiting);
        return fixture;
    }

    private static void admit(RelayFixture fixture, SourceLimits limits, String... denied) {
        List<AccessLine> deny = List.of(denied).stream().map(text -> new AccessLine(AccessEntry.parse(text), text))
                .toList();
        AccessList list = AccessList.read(List.of(), deny).list().orElseThrow();
        fixture.listener.admit(new AdmissionRules(new Blocks(), list, false, false, limits));
    }

    private static FakeSocket endpointOf(RelayFixture fixture) {
        fixture.kernel.settle();
        FakeSocket endpoint = fixture.kernel.dialled.getLast();
        endpoint.accept();
        fixture.kernel.settle();
        return endpoint;
    }

    private static String client(Relay relay) {
        return IpText.of(ClientAddress.toInetAddress(relay.clientHigh(), relay.clientLow())) + ":"
                + relay.clientPort();
    }

    @Test
    void headerIsTakenOffAndItsClientIsTheRelays() {
        RelayFixture fixture = fixture(10, true);
        FakeSocket balancer = fixture.kernel.client();
        balancer.peerSends(bytes(LINE + "request"));
        FakeSocket endpoint = endpointOf(fixture);

        assertThat(endpoint.arrived()).isEqualTo(bytes("request"));
        assertThat(client(fixture.opened.getFirst())).isEqualTo("203.0.113.9:40001");
        assertThat(fixture.opened.getFirst().conveyed()).isNotNull()
                .satisfies(conveyed -> assertThat(conveyed.peerPort()).isEqualTo(40_000));
    }

    @Test
    void headerByteByByteIsTakenOffWithFewLooks() {
        RelayFixture fixture = fixture(10, true);
        FakeSocket balancer = fixture.kernel.client();
        for (byte each : bytes(LINE)) {
            fixture.kernel.settle();
            balancer.peerSends(new byte[]{each});
            fixture.kernel.pass(SECOND / 20);
        }
        fixture.kernel.pass(SECOND);
        balancer.peerSends(bytes("request"));
        FakeSocket endpoint = endpointOf(fixture);

        assertThat(endpoint.arrived()).isEqualTo(bytes("request"));
        assertThat(balancer.calls.stream().filter("peek"::equals)).hasSizeLessThanOrEqualTo(32);
        assertThat(balancer.lowWater).as("as any socket's before it is relayed").isEqualTo(1);
        assertThat(waiting).hasValue(0);
    }

    @Test
    void endlessDripIsLookedAt32TimesAndResetAtTheTimeout() {
        RelayFixture fixture = fixture(10, true);
        FakeSocket balancer = fixture.kernel.client();
        String almost = LINE.substring(0, LINE.length() - 2);
        balancer.peerSends(bytes(almost.substring(0, 12)));
        for (int i = 12; !balancer.isReset && i < 12 + 1000; i++) {
            fixture.kernel.pass(SECOND / 100);
            if (i < almost.length()) {
                balancer.peerSends(bytes(almost.substring(i, i + 1)));
            }
        }

        assertThat(balancer.isReset).isTrue();
        assertThat(balancer.calls.stream().filter("peek"::equals)).hasSizeLessThanOrEqualTo(32);
        assertThat(fixture.refused).containsExactly(RefuseReason.PROXY_TIMEOUT);
        fixture.assertNothingLeft();
    }

    @Test
    void destinationOfTheFirstGatewayGoesOnToTheEndpoint() {
        RelaySettings s = RelayFixture.settings();
        RelayFixture fixture = new RelayFixture(new RelaySettings(s.connectTimeoutNanos(), s.attempts(), s.idleNanos(),
                s.halfClosedNanos(), s.lifetimeNanos(), 0, s.keepAlive(), 0, 0,
                HeaderSettings.of(ProxyHeader.Version.V1), s.sources(), s.buffers(), null), 10);
        fixture.listener.accept(new ProxyAcceptance(
                new PrefixTable(List.of(Prefix.parse("198.51.100.7").orElseThrow())), true,
                Set.of(ProxyHeader.Version.V1), TIMEOUT, TlvTypes.NONE), waiting);
        FakeSocket balancer = fixture.kernel.client();
        balancer.peerSends(bytes(LINE + "request"));

        assertThat(endpointOf(fixture).arrived()).isEqualTo(bytes(LINE + "request"));
    }

    @Test
    void fieldsThatAreNamedGoOnAndOthersDoNot() {
        RelaySettings s = RelayFixture.settings();
        TlvTypes own = TlvTypes.of(List.of(TlvTypes.UNIQUE_ID));
        RelayFixture fixture = new RelayFixture(new RelaySettings(s.connectTimeoutNanos(), s.attempts(), s.idleNanos(),
                s.halfClosedNanos(), s.lifetimeNanos(), 0, s.keepAlive(), 0, 0,
                new HeaderSettings(ProxyHeader.Version.V2, own, false), s.sources(), s.buffers(), null), 10);
        fixture.listener.accept(new ProxyAcceptance(
                new PrefixTable(List.of(Prefix.parse("198.51.100.7").orElseThrow())), true,
                Set.of(ProxyHeader.Version.V2), TIMEOUT, TlvTypes.of(List.of(TlvTypes.AWS))), waiting);
        String addresses = "cb007109cb0071019c4101bb";
        String unique = "050002abcd";
        String aws = "ea00030161" + "62";
        String other = "ee0001ff";
        FakeSocket balancer = fixture.kernel.client();
        balancer.peerSends(HexFormat.of().parseHex(SIGNATURE + "2111001b" + addresses + unique + other + aws));

        assertThat(HexFormat.of().formatHex(endpointOf(fixture).arrived()))
                .isEqualTo(SIGNATURE + "21110017" + addresses + unique + aws);
    }

    @Test
    void peerThatMustNotSendAHeaderIsResetOrServedAsItIs() {
        RelayFixture rejecting = fixture(10, true);
        FakeSocket stranger = rejecting.kernel.client();
        stranger.peer = "192.0.2.99";
        stranger.peerSends(bytes(LINE));
        rejecting.kernel.settle();

        assertThat(stranger.isReset).isTrue();
        assertThat(rejecting.refused).containsExactly(RefuseReason.PROXY_UNTRUSTED);

        RelayFixture direct = fixture(10, false);
        FakeSocket other = direct.kernel.client();
        other.peer = "192.0.2.99";
        other.peerSends(bytes(LINE));

        assertThat(endpointOf(direct).arrived()).as("payload").isEqualTo(bytes(LINE));
        assertThat(client(direct.opened.getFirst())).isEqualTo("192.0.2.99:40000");
    }

    @Test
    void anythingButAHeaderIsResetAtOnce() {
        RelayFixture fixture = fixture(10, true);
        FakeSocket browser = fixture.kernel.client();
        browser.peerSends(bytes("GET / HTTP/1.1\r\n"));
        fixture.kernel.settle();

        assertThat(browser.isReset).isTrue();
        assertThat(fixture.refused).containsExactly(RefuseReason.PROXY_INVALID);
        fixture.assertNothingLeft();
    }

    @Test
    void headerOfAVersionThatIsNotAcceptedIsRefused() {
        RelayFixture fixture = new RelayFixture();
        fixture.listener.accept(new ProxyAcceptance(
                new PrefixTable(List.of(Prefix.parse("198.51.100.7").orElseThrow())), true,
                Set.of(ProxyHeader.Version.V2), TIMEOUT, TlvTypes.NONE), waiting);
        FakeSocket balancer = fixture.kernel.client();
        balancer.peerSends(bytes("PROXY TCP4"));
        fixture.kernel.settle();

        assertThat(balancer.isReset).isTrue();
        assertThat(fixture.refused).containsExactly(RefuseReason.PROXY_INVALID);
    }

    @Test
    void peerThatLeavesIsCountedApartFromOneThatIsSilent() {
        RelayFixture fixture = fixture(10, true);
        FakeSocket leaving = fixture.kernel.client();
        FakeSocket halfWay = fixture.kernel.client();
        FakeSocket silent = fixture.kernel.client();
        halfWay.peerSends(bytes("PROXY "));
        fixture.kernel.settle();
        leaving.peerFin();
        halfWay.peerFin();
        fixture.kernel.settle();
        assertThat(fixture.refused).containsExactly(RefuseReason.PROXY_LEFT, RefuseReason.PROXY_LEFT);

        fixture.kernel.pass(TIMEOUT + SECOND / 10);
        assertThat(fixture.refused).last().isEqualTo(RefuseReason.PROXY_TIMEOUT);
        assertThat(silent.isReset).isTrue();
        assertThat(RefuseReason.PROXY_LEFT.label()).isEqualTo(RefuseReason.PROXY_TIMEOUT.label());
        fixture.assertNothingLeft();
    }

    @Test
    void finRightBehindTheHeaderIsPassedOn() {
        RelayFixture fixture = fixture(10, true);
        FakeSocket balancer = fixture.kernel.client();
        balancer.peerSends(bytes(LINE + "request"));
        balancer.peerFin();
        FakeSocket endpoint = endpointOf(fixture);

        assertThat(endpoint.arrived()).isEqualTo(bytes("request"));
        assertThat(endpoint.hasFin).isTrue();
    }

    @Test
    void failedConnectIsRetriedWithTheHeaderStillInTheSocket() {
        RelayFixture fixture = fixture(10, true);
        FakeSocket balancer = fixture.kernel.client();
        balancer.peerSends(bytes(LINE + "request"));
        fixture.kernel.settle();
        fixture.kernel.dialled.getFirst().fail(111);

        assertThat(endpointOf(fixture).arrived()).isEqualTo(bytes("request"));
        assertThat(fixture.kernel.dialled).hasSize(2);
    }

    @Test
    void balancersOwnConnectionIsServedUnderThePeersAddressAndNeverCountedPerSource() {
        RelayFixture fixture = fixture(10, true);
        SourceLimits limits = new SourceLimits(
                new SourceRules(32, 64, 1, 0, 0, SourceRules.Around.OFF, List.of(), 1000, false));
        admit(fixture, limits);
        for (int i = 0; i < 3; i++) {
            FakeSocket balancer = fixture.kernel.client();
            balancer.peerSends(LOCAL);
            endpointOf(fixture);
        }

        assertThat(fixture.refused).isEmpty();
        assertThat(fixture.opened).hasSize(3)
                .allSatisfy(relay -> assertThat(client(relay)).isEqualTo("198.51.100.7:40000"))
                .allSatisfy(relay -> assertThat(relay.isPinnable()).isFalse());
    }

    @Test
    void conveyedClientIsJudgedAndNotThePeer() {
        RelayFixture fixture = fixture(10, true);
        SourceLimits limits = new SourceLimits(
                new SourceRules(32, 64, 1, 0, 0, SourceRules.Around.OFF, List.of(), 1000, false));
        admit(fixture, limits, "203.0.113.66");
        List<FakeSocket> balancers = new ArrayList<>();
        for (String client : List.of("203.0.113.9", "203.0.113.10", "203.0.113.9", "203.0.113.66")) {
            FakeSocket balancer = fixture.kernel.client();
            balancer.peerSends(bytes(LINE.replace("203.0.113.9", client)));
            fixture.kernel.settle();
            balancers.add(balancer);
        }

        assertThat(fixture.refused).containsExactly(RefuseReason.SOURCE_CONNECTIONS, RefuseReason.ACCESS);
        assertThat(balancers).extracting(each -> each.isReset).containsExactly(false, false, true, true);

        fixture.opened.getFirst().abort(CloseReason.OPERATOR);
        FakeSocket again = fixture.kernel.client();
        again.peerSends(bytes(LINE));
        fixture.kernel.settle();
        assertThat(again.isReset).as("its place was given back").isFalse();
    }

    @Test
    void silentPeersLeaveRoomForThoseThatSpeak() {
        RelayFixture fixture = fixture(8, true);
        List<FakeSocket> silent = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            silent.add(fixture.kernel.client());
            fixture.kernel.settle();
        }
        assertThat(waiting).as("three quarters of 8 places").hasValue(6);
        assertThat(silent.subList(0, 14)).allSatisfy(socket -> assertThat(socket.isReset).isTrue());
        assertThat(fixture.refused).containsOnly(RefuseReason.PREREAD_FULL).hasSize(14);

        FakeSocket balancer = fixture.kernel.client();
        balancer.peerSends(bytes(LINE + "request"));
        assertThat(endpointOf(fixture).arrived()).isEqualTo(bytes("request"));
        assertThat(fixture.limit.present()).isEqualTo(7);
    }

    @Test
    void clientGetsThePlaceOfOneThatWaitsWhenThereIsNoOther() {
        RelayFixture fixture = fixture(4, false);
        FakeSocket silent = fixture.kernel.client();
        fixture.kernel.settle();
        for (int i = 0; i < 4; i++) {
            FakeSocket direct = fixture.kernel.client();
            direct.peer = "192.0.2.99";
            endpointOf(fixture);
        }

        assertThat(silent.isReset).isTrue();
        assertThat(fixture.refused).containsExactly(RefuseReason.PREREAD_FULL);
        assertThat(fixture.opened).hasSize(4);
    }

    @Test
    void secondHeaderIsPayload() {
        RelayFixture fixture = fixture(10, true);
        ByteArrayOutputStream twice = new ByteArrayOutputStream();
        twice.writeBytes(LINE.getBytes(StandardCharsets.US_ASCII));
        twice.writeBytes(LOCAL);
        FakeSocket balancer = fixture.kernel.client();
        balancer.peerSends(twice.toByteArray());

        assertThat(endpointOf(fixture).arrived()).isEqualTo(LOCAL);
    }

    /** Another loop, on which nobody waits: only its own clients could give way there. */
    @Test
    void newcomerNeverGivesWayToItselfWhenTheOthersWaitOnAnotherLoop() {
        RelayFixture one = fixture(8, true);
        RelayFixture two = fixture(8, true);
        for (int i = 0; i < 6; i++) {
            one.kernel.client();
            one.kernel.settle();
        }
        FakeSocket newcomer = two.kernel.client();
        two.kernel.settle();
        assertThat(newcomer.isReset).isFalse();
        assertThat(waiting).hasValue(7);

        newcomer.peerSends(bytes(LINE + "request"));
        assertThat(endpointOf(two).arrived()).isEqualTo(bytes("request"));
        one.kernel.pass(2 * TIMEOUT);
        assertThat(one.refused).containsOnly(RefuseReason.PROXY_TIMEOUT).hasSize(6);
        assertThat(waiting).hasValue(0);
        one.assertNothingLeft();
    }

    @Test
    void clientThatGivesWayIsOverForGood() {
        RelayFixture fixture = fixture(4, true);
        for (int i = 0; i < 12; i++) {
            fixture.kernel.client();
            fixture.kernel.settle();
        }
        fixture.kernel.pass(2 * TIMEOUT);

        assertThat(fixture.refused).hasSize(12);
        assertThat(waiting).hasValue(0);
        fixture.assertNothingLeft();
    }

    @Test
    void headerThatIsWholeAtTheLastMomentIsTaken() {
        RelayFixture fixture = fixture(10, true);
        FakeSocket balancer = fixture.kernel.client();
        String line = "PROXY UNKNOWN " + "x".repeat(80) + "\r\n";
        for (int i = 0; i < line.length(); i++) {
            fixture.kernel.settle();
            balancer.peerSends(bytes(line.substring(i, i + 1)));
            fixture.kernel.pass(i < line.length() - 1 ? TIMEOUT / (line.length() + 1) : 0);
        }
        fixture.kernel.pass(SECOND / 5);
        balancer.peerSends(bytes("request"));

        assertThat(endpointOf(fixture).arrived()).isEqualTo(bytes("request"));
        assertThat(balancer.calls.stream().filter("peek"::equals)).hasSizeLessThanOrEqualTo(32);
    }

    @Test
    void conveyedClientThatIsDeniedGetsFinWhereThatIsTheAnswer() {
        RelayFixture fixture = fixture(10, true);
        AccessList list = AccessList.read(List.of(), List.of(new AccessLine(AccessEntry.parse("203.0.113.9"), "deny")))
                .list().orElseThrow();
        fixture.listener.admit(new AdmissionRules(new Blocks(), list, false, true, null));
        FakeSocket balancer = fixture.kernel.client();
        balancer.peerSends(bytes(LINE + "request"));
        fixture.kernel.settle();

        assertThat(balancer.isReset).isFalse();
        assertThat(balancer.hasFin).isTrue();
        assertThat(fixture.refused).containsExactly(RefuseReason.ACCESS);
    }
}
