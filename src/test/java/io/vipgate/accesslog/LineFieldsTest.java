package io.vipgate.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.docs.Promise;
import io.vipgate.relay.HelloInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The fields of a line, which programs read: none of them goes away, and none of the text form changes its place. */
class LineFieldsTest {
    private static String line(LineFormat format, boolean isFull) {
        Entry entry = Entries.fill(new Entry(), new AccessLogPlan(AccessLogPlan.Form.TEXT, null, 1));
        if (isFull) {
            entry.hedge = "won";
            entry.hello = new HelloInfo("shop.example.com", null);
        }
        LineBuffer lines = new LineBuffer();
        format.append(entry, lines);
        return lines.toString().strip();
    }

    @Test
    void everyFieldIsStillThere() throws IOException {
        List<String> fields = new ArrayList<>();
        FlatJson.parse(line(new JsonFormat(), true)).keySet().forEach(field -> fields.add("json " + field));
        String[] words = line(new TextFormat(), true).split(" ", -1);
        for (int i = 0; i < words.length; i++) {
            int sign = words[i].indexOf('=');
            fields.add("text " + (i < 5 ? "word " + (i + 1) : words[i].substring(0, sign)));
        }
        String document = Files.readString(Path.of("docs/observability.md"));
        String codes = document.substring(document.indexOf("<!-- close-codes:begin -->"),
                document.indexOf("<!-- close-codes:end -->"));
        Pattern.compile("(?m)^\\|[^|]*\\|").matcher(codes).results().map(MatchResult::group)
                .flatMap(column -> Pattern.compile("`(..)`").matcher(column).results())
                .forEach(code -> fields.add("close " + code.group(1)));

        Promise.assertKept("access-log", fields);
    }

    @Test
    void fieldsThatAreAlwaysThereStandInThisOrder() {
        assertThat(Arrays.stream(line(new TextFormat(), false).split(" ", -1)).skip(5)
                .map(word -> word.substring(0, word.indexOf('='))))
                .containsExactly("connect", "duration", "in", "out", "attempts", "pinned", "close");
        assertThat(new TreeSet<>(FlatJson.parse(line(new JsonFormat(), false)).keySet()))
                .containsAll(List.of("attempts", "client", "close", "connect", "duration", "endpoint", "in", "listener",
                        "out", "pinned", "pool", "time"));
    }
}
