package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code /metrics} has answered. Fails when the answer has a series twice, or a line that is none.
 *
 * <p>Immutable.
 */
final class Scrape {
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{.*})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"([^\"]*)\"");

    /** One series. */
    record Series(String name, Map<String, String> labels) {}

    private final Map<Series, Double> samples = new LinkedHashMap<>();
    private final Map<String, String> types = new LinkedHashMap<>();

    private Scrape(String text) {
        for (String line : text.split("\n", -1)) {
            if (line.startsWith("# TYPE ")) {
                String[] words = line.split(" ", -1);
                assertThat(types.put(words[2], words[3])).as("a family told twice: %s", line).isNull();
            } else if (!line.isEmpty() && !line.startsWith("#")) {
                add(line);
            }
        }
    }

    private void add(String line) {
        Matcher sample = SAMPLE.matcher(line);
        assertThat(sample.matches()).as(line).isTrue();
        Map<String, String> labels = new TreeMap<>();
        if (sample.group(2) != null) {
            LABEL.matcher(sample.group(2)).results().forEach(label -> labels.put(label.group(1), label.group(2)));
        }
        double value = sample.group(3).equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(sample.group(3));
        assertThat(samples.put(new Series(sample.group(1), Map.copyOf(labels)), value))
                .as("a series told twice: %s", line).isNull();
    }

    static HttpResponse<String> get(int port, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    static Scrape of(TestGateway gateway) {
        return of(gateway.server().checkPort().orElseThrow());
    }

    /** Scrapes a port of 127.0.0.1. */
    static Scrape of(int port) {
        try {
            HttpResponse<String> answer = get(port);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return new Scrape(answer.body());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Every series and its value. */
    Map<Series, Double> samples() {
        return samples;
    }

    /** By the family's name. */
    Map<String, String> types() {
        return types;
    }

    /** Names of series that begin so. */
    Set<String> names(String begin) {
        Set<String> names = new TreeSet<>();
        samples.keySet().stream().map(Series::name).filter(name -> name.startsWith(begin)).forEach(names::add);
        return names;
    }

    /** Names of the labels that series of this name have; all of them have the same, bucket bounds aside. */
    Set<String> labels(String name) {
        Set<Set<String>> all = new HashSet<>();
        samples.keySet().stream().filter(series -> series.name().equals(name)).forEach(series -> {
            Set<String> labels = new TreeSet<>(series.labels().keySet());
            labels.remove("le");
            all.add(labels);
        });
        assertThat(all).as("sets of labels of %s", name).hasSize(1);
        return all.iterator().next();
    }

    /** The value of the one series that has these labels, given as {@code name, value}, and no others. */
    double value(String name, String... labels) {
        Map<String, String> wanted = new TreeMap<>();
        for (int i = 0; i < labels.length; i += 2) {
            wanted.put(labels[i], labels[i + 1]);
        }
        Double value = samples.get(new Series(name, wanted));
        if (value == null) {
            throw new AssertionError(name + wanted + " is not among " + names(name));
        }
        return value;
    }

    /** The sum over all series that have these labels, given as {@code name, value}, among others. */
    double sum(String name, String... labels) {
        double sum = 0;
        for (Map.Entry<Series, Double> sample : samples.entrySet()) {
            boolean matches = sample.getKey().name().equals(name);
            for (int i = 0; i < labels.length; i += 2) {
                matches &= labels[i + 1].equals(sample.getKey().labels().get(labels[i]));
            }
            sum += matches ? sample.getValue() : 0;
        }
        return sum;
    }

    /** Whether a series has this label. */
    boolean tellsOf(String label, String value) {
        return samples.keySet().stream().anyMatch(series -> value.equals(series.labels().get(label)));
    }
}
