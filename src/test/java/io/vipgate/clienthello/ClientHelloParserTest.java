package io.vipgate.clienthello;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientHelloParserTest {
    private static final int MAX_BYTES = 16 << 10;
    private static final String NAME = "shop.example.com";

    private final ClientHelloParser parser = new ClientHelloParser();

    private ClientHello parse(byte[] bytes) {
        return parse(bytes, MAX_BYTES);
    }

    private ClientHello parse(byte[] bytes, int maxBytes) {
        return parser.parse(MemorySegment.ofArray(bytes), bytes.length, maxBytes);
    }

    @Test
    void nameProtocolsAndEncryptedHelloAreRead() {
        ClientHello hello = parse(new HelloBuilder().serverName(NAME).protocols(List.of("h2", "http/1.1"))
                .extension(0xfe0d, new byte[200]).build());

        assertThat(hello.kind()).isEqualTo(ClientHello.Kind.WHOLE);
        assertThat(hello.name()).isEqualTo(NAME);
        assertThat(hello.hasEncrypted()).isTrue();
        assertThat(hello.firstOf(new ProtocolTable<>(Map.of("http/1.1", 1, "h3", 2))))
                .isEqualTo(new HelloRoute<>(HelloResult.ALPN, "http/1.1", 1));
        assertThat(hello.firstOf(new ProtocolTable<>(Map.of("h2c", 3)))).isNull();
    }

    @Test
    void everySplitIntoTwoRecordsGivesOneAnswer() {
        byte[] message = new HelloBuilder().keyShare(1_200).serverName(NAME).message();
        for (int split = 1; split < message.length; split++) {
            assertThat(parse(HelloBuilder.records(message, split)).name()).as("split at %s", split).isEqualTo(NAME);
        }
    }

    @Test
    void recordOfOneByteEach() {
        byte[] message = new HelloBuilder().serverName(NAME).message();
        int[] everywhere = IntStream.range(1, message.length).toArray();

        assertThat(parse(HelloBuilder.records(message, everywhere)).name()).isEqualTo(NAME);
    }

    @Test
    void helloWithoutExtensionsNamesNobody() {
        ClientHello hello = parse(new HelloBuilder().withoutExtensions().build());

        assertThat(hello.kind()).isEqualTo(ClientHello.Kind.WHOLE);
        assertThat(hello.hasName()).isFalse();
        assertThat(hello.name()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"Shop.EXAMPLE.com, shop.example.com", "shop.example.com., shop.example.com",
        "_dmarc.a-b.x, _dmarc.a-b.x",
        "xn--bcher-kva.example, xn--bcher-kva.example", "localhost, localhost"})
    void nameIsFoldedAndLosesItsLastDot(String sent, String looked) {
        ClientHello hello = parse(new HelloBuilder().serverName(sent).build());

        assertThat(hello.isNameUsable()).isTrue();
        assertThat(hello.name()).isEqualTo(looked);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a..b", ".a", ".", "a b", "b\u00fccher.example", "a\nb", "*.example.com", "a.example.com..",
        "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcd.example"})
    void nameThatDnsCanNotHoldLeadsNowhereAndIsKeptAsSent(String sent) {
        ClientHello hello = parse(new HelloBuilder().serverName(sent).build());

        assertThat(hello.kind()).isEqualTo(ClientHello.Kind.WHOLE);
        assertThat(hello.hasName()).isTrue();
        assertThat(hello.isNameUsable()).isFalse();
        assertThat(hello.name()).isEqualTo(sent);
    }

    @Test
    void longestNameIsUsableAndALongerOneIsCutForTheLog() {
        String longest = "abcdefghi.".repeat(25) + "abc";
        assertThat(parse(new HelloBuilder().serverName(longest).build()).isNameUsable()).isTrue();
        assertThat(parse(new HelloBuilder().serverName(longest + ".").build()).name()).isEqualTo(longest);
        assertThat(parse(new HelloBuilder().serverName(longest + "d").build()).isNameUsable()).isFalse();

        ClientHello endless = parse(new HelloBuilder().serverName("a".repeat(5_000)).protocols(List.of("h2")).build());
        assertThat(endless.isNameUsable()).isFalse();
        assertThat(endless.name()).isEqualTo("a".repeat(255));
        assertThat(endless.hasProtocols()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n", "SSH-2.0-x", "\u0000", "\u0016\u0002\u0001"})
    void otherProtocolsAreNotTlsFromTheFirstBytesOn(String text) {
        assertThat(parse(HelloBuilder.ascii(text)).kind()).isEqualTo(ClientHello.Kind.NOT_TLS);
    }

    @Test
    void serverHelloIsNoHello() {
        assertThat(parse(HelloBuilder.record(new byte[]{2, 0, 0, 1, 0})).fault())
                .isEqualTo("a handshake that does not begin with a ClientHello");
    }

    @ParameterizedTest
    @ValueSource(bytes = {20, 21, 23, 24})
    void recordBeforeTheHelloIsAFaultWhichSomeServersPassOver(byte content) {
        byte[] whole = HelloBuilder.join(new byte[]{content, 3, 1, 0, 2, 1, 90},
                new HelloBuilder().serverName(NAME).build());

        assertThat(parse(whole).kind()).isEqualTo(ClientHello.Kind.INVALID);
        assertThat(parse(Arrays.copyOf(whole, 1)).needed()).isEqualTo(2);
        assertThat(parse(new byte[]{content, 2, 1}).kind()).isEqualTo(ClientHello.Kind.NOT_TLS);
    }

    @Test
    void foreignOrEmptyRecordWithinTheHelloIsAFault() {
        byte[] message = new HelloBuilder().serverName(NAME).message();
        byte[] first = HelloBuilder.record(Arrays.copyOf(message, 60));
        byte[] second = HelloBuilder.record(Arrays.copyOfRange(message, 60, message.length));
        byte[] alert = {21, 3, 1, 0, 2, 1, 0};
        byte[] empty = {22, 3, 1, 0, 0};
        byte[] tooLong = {22, 3, 1, 0x40, 1};

        for (byte[] between : List.of(alert, empty, tooLong)) {
            assertThat(parse(HelloBuilder.join(first, between, second)).kind()).isEqualTo(ClientHello.Kind.INVALID);
        }
        assertThat(parse(HelloBuilder.join(first, second, alert)).name()).as("behind it").isEqualTo(NAME);
    }

    @Test
    void extensionThatComesTwiceIsAFault() {
        assertThat(parse(new HelloBuilder().serverName(NAME).keyShare(30).serverName("other.example").build()).fault())
                .isEqualTo("an extension that comes twice");
        assertThat(
                parse(new HelloBuilder().extension(0x0a0a, new byte[0]).extension(0x0a0a, new byte[0]).build()).kind())
                .isEqualTo(ClientHello.Kind.INVALID);
        assertThat(
                parse(new HelloBuilder().extension(0x0a0a, new byte[0]).extension(0xfafa, new byte[0]).build()).kind())
                .as("the one before is forgotten").isEqualTo(ClientHello.Kind.WHOLE);
    }

    @Test
    void helloMayBeAsLongAsIsAllowedAndNoLonger() {
        byte[] bytes = new HelloBuilder().keyShare(9_000).serverName(NAME).build();

        assertThat(parse(bytes, bytes.length).name()).isEqualTo(NAME);
        assertThat(parse(bytes, bytes.length - 1).fault())
                .isEqualTo("a ClientHello of more than " + (bytes.length - 1) + " bytes");
        assertThat(parse(Arrays.copyOf(bytes, 9), bytes.length - 1).kind()).as("told from its head")
                .isEqualTo(ClientHello.Kind.INVALID);
    }

    @Test
    void helloOverTwoFullRecordsIsRead() {
        byte[] bytes = new HelloBuilder().keyShare(20_000).serverName(NAME).build();

        assertThat(parse(bytes, 64 << 10).name()).isEqualTo(NAME);
        assertThat(parse(Arrays.copyOf(bytes, 100), 64 << 10).needed()).isEqualTo(bytes.length);
    }

    @Test
    void everyLengthThatDoesNotFitIsAFault() {
        byte[] right = new HelloBuilder().serverName(NAME).protocols(List.of("h2")).build();
        // The lengths: session ID, suites, methods, extensions, names, name, protocols, protocol.
        for (int at : new int[]{43, 76, 77, 112, 114, 115, 118, 119, 120, 121, 123, 124}) {
            byte[] wrong = right.clone();
            wrong[at]++;
            assertThat(parse(wrong).kind()).as("byte %s", at).isNotEqualTo(ClientHello.Kind.WHOLE);
        }
    }
}
