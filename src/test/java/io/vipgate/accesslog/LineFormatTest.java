package io.vipgate.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.accesslog.AccessLogPlan.Form;
import io.vipgate.linux.ClientAddress;
import io.vipgate.relay.HelloInfo;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both forms of a line. */
class LineFormatTest {
    private static final String HOSTILE = "a b\"c\\d\ne\rf\u001b[31m\u00fc\u2028\ud83d\ude00\u007f,close=XX}";

    private static String line(LineFormat format, Consumer<Entry> change) {
        Entry entry = Entries.fill(new Entry(), new AccessLogPlan(Form.TEXT, null, 1));
        change.accept(entry);
        LineBuffer lines = new LineBuffer();
        format.append(entry, lines);
        assertThat(lines.lines()).isEqualTo(1);
        assertThat(lines.toString()).endsWith("\n");
        return lines.toString().substring(0, lines.size() - 1);
    }

    private static String text(Consumer<Entry> change) {
        return line(new TextFormat(), change);
    }

    private static Map<String, String> json(Consumer<Entry> change) {
        return FlatJson.parse(line(new JsonFormat(), change));
    }

    @Test
    void aTextLineHasEveryField() {
        assertThat(text(entry -> {})).isEqualTo("2026-11-24T12:00:00.007Z web 198.51.100.7:52144 -> nginx/vip1 "
                + "connect=1.2ms duration=3.4s in=812 out=10240 attempts=1 pinned=false close=--");
    }

    @Test
    void whatIsNotThereIsADash() {
        assertThat(text(entry -> {
            entry.endpoint = null;
            entry.connectNanos = -1;
            entry.durationNanos = 0;
            entry.isPinned = true;
            entry.close = "PC";
        })).endsWith(" -> nginx/- connect=- duration=0.0ms in=812 out=10240 attempts=1 pinned=true close=PC");
    }

    @ParameterizedTest
    @CsvSource({"0, 0.0ms", "99999, 0.0ms", "100000, 0.1ms", "999999999, 999.9ms", "1000000000, 1.0s",
        "86400000000000, 86400.0s"})
    void durationsHaveTheUnitThatSuits(long nanos, String text) {
        assertThat(text(entry -> entry.durationNanos = nanos)).contains(" duration=" + text + " ");
    }

    @Test
    void aJsonLineHasTheSameFields() {
        assertThat(line(new JsonFormat(), entry -> {})).isEqualTo("{\"time\":\"2026-11-24T12:00:00.007Z\","
                + "\"listener\":\"web\",\"client\":\"198.51.100.7:52144\",\"pool\":\"nginx\","
                + "\"endpoint\":\"vip1\",\"connect\":0.001234,\"duration\":3.456789,\"in\":812,\"out\":10240,"
                + "\"attempts\":1,\"pinned\":false,\"close\":\"--\"}");
        assertThat(json(entry -> {
            entry.endpoint = null;
            entry.connectNanos = -1;
        })).containsEntry("endpoint", "null").containsEntry("connect", "null");
    }

    @Test
    void hedgeIsToldOfWhereASecondEndpointWasTried() {
        assertThat(text(entry -> entry.hedge = "won")).endsWith(" close=-- hedge=won");
        assertThat(json(entry -> entry.hedge = "lost")).containsEntry("hedge", "lost");
        assertThat(json(entry -> {})).doesNotContainKey("hedge");
    }

    @Test
    void serverNameComesLastWhereAClientHelloWasRead() {
        assertThat(text(entry -> entry.hello = new HelloInfo("shop.example.com", null)))
                .endsWith(" close=-- sni=shop.example.com");
        assertThat(text(entry -> entry.hello = new HelloInfo(null, null))).endsWith(" close=-- sni=-");
        assertThat(json(entry -> entry.hello = new HelloInfo("shop.example.com", null)))
                .containsEntry("sni", "shop.example.com");
        assertThat(json(entry -> entry.hello = new HelloInfo(null, null))).containsEntry("sni", "null");
        assertThat(json(_ -> {})).doesNotContainKey("sni");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            '', '""'
            -, \\x2d
            a b, a\\x20b
            'a\\nsni=b', a\\x0asni=b
            b\\374cher, b\\xfccher
            'c\\\\d', c\\x5cd
            """)
    void serverNameThatIsNoneIsWrittenByteByByte(String name, String written) {
        String sent = name.translateEscapes();

        assertThat(text(entry -> entry.hello = new HelloInfo(sent, null))).endsWith(" close=-- sni=" + written);
        assertThat(json(entry -> entry.hello = new HelloInfo(sent, null))).containsEntry("sni", sent);
    }

    @Test
    void namesCanBreakNeitherALineNorAField() {
        String text = text(entry -> {
            entry.listener = HOSTILE;
            entry.pool = HOSTILE;
            entry.endpoint = HOSTILE;
        });

        assertThat(text).matches("[!-~]+(?: [!-~]+)*");
        assertThat(text.split(" ", -1)).hasSize(12);
        assertThat(text).contains(
                "a\\x20b\"c\\x5cd\\x0ae\\x0df\\x1b[31m\\xc3\\xbc\\xe2\\x80\\xa8\\xf0\\x9f\\x98\\x80\\x7f,close");
    }

    @Test
    void namesComeOutOfJsonAsTheyWentIn() {
        String line = line(new JsonFormat(), entry -> entry.endpoint = HOSTILE);

        assertThat(line).matches("[ -~]+");
        assertThat(FlatJson.parse(line)).containsEntry("endpoint", HOSTILE).hasSize(12);
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.1, 192.0.2.1", "255.255.255.255, 255.255.255.255", "0.0.0.0, 0.0.0.0", "::, [::]",
        "::1, [::1]", "2001:db8::, [2001:db8::]", "2001:db8:0:0:1:0:0:1, [2001:db8::1:0:0:1]",
        "2001:db8:0:1:1:1:1:1, [2001:db8:0:1:1:1:1:1]", "1:0:0:2:0:0:0:3, [1:0:0:2::3]",
        "2001:0DB8:00AB:0:0:0:0:0FFF, [2001:db8:ab::fff]", "0:0:1:2:3:4:5:6, [::1:2:3:4:5:6]",
        "1:2:3:4:5:6:0:0, [1:2:3:4:5:6::]"})
    void clientsAreWrittenAsRfc5952Says(String address, String expected) {
        ClientAddress client = new ClientAddress();
        client.set(InetAddress.ofLiteral(address), 443);
        LineBuffer lines = new LineBuffer();
        ClientText.append(lines, client.high(), client.low(), client.port());

        assertThat(lines.toString()).isEqualTo(expected + ":443");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 999, 1_000, 1_795_521_600_007L, 1_795_521_600_999L, 253_402_300_799_999L, -1})
    void timesAreIso8601WithMilliseconds(long millis) {
        LineBuffer lines = new LineBuffer();
        new Timestamp().append(lines, millis);

        assertThat(lines.toString()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        assertThat(Instant.parse(lines.toString()).toEpochMilli()).isEqualTo(millis);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 9, 10, 99, 100, Long.MAX_VALUE, -5, Long.MIN_VALUE})
    void numbersAreWrittenInFull(long number) {
        assertThat(new LineBuffer().append(number).toString()).isEqualTo(Long.toString(number));
    }

    @Test
    void theBufferGrowsAndGivesUpItsFront() {
        LineBuffer lines = new LineBuffer();
        for (int i = 0; i < 1_000; i++) {
            lines.append(i, 6).endLine();
        }
        assertThat(lines.size()).isEqualTo(7_000);

        lines.discard(7 * 998 + 3);

        assertThat(lines.toString()).isEqualTo("998\n000999\n");
        assertThat(lines.lines()).isEqualTo(2);
    }
}
