package io.vipgate.telemetry;

import io.vipgate.admin.Samples;
import io.vipgate.admin.model.HistoryAnswer;
import io.vipgate.json.RecordWriter;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/**
 * What endpoints and listeners have done in the last ten minutes, in rings of 300 samples, two seconds apart. A ring belongs to
 * a name: it outlives a reload that keeps the name, and goes with one that drops it. An endpoint takes 6 kB, a listener 3.6 kB.
 *
 * <p>Readers copy one column after the other and hold up nobody: of what is overwritten while they read, they tell
 * nothing.
 *
 * <p>Thread-safe.
 */
public final class History {
    /** Ten minutes of them. */
    static final int SAMPLES = 300;
    static final long EVERY_MILLIS = RateSampler.EVERY.toMillis();
    private static final int BUFFER_CHARACTERS = 4 << 10;

    /**
     * What is kept of a kind of things.
     *
     * @param columns how many numbers of each
     */
    record Kind(String name, int columns) {
        /** Named by themselves; accepted and refused per second, connections. */
        static final Kind LISTENERS = new Kind("listeners", 3);
        /** Named by pool and label; connections, failures, bytes to the backend and to the client per second, connections. */
        static final Kind ENDPOINTS = new Kind("endpoints", 5);
    }

    /** Numbers of one sample by what they are about; each row is as long as its kind has columns. */
    record Rows(Kind kind, Map<List<String>, float[]> rows) {}

    private final long[] times = new long[SAMPLES];
    /** Samples that were ever added; the next one goes to this place, modulo the size. */
    private long count;
    private final Map<Kind, Map<List<String>, float[][]>> rings = new LinkedHashMap<>();

    /**
     * Adds a sample. A clock that was set back begins a new history, since one that goes to and fro can't be drawn.
     *
     * @param at in milliseconds of Unix time
     * @param all what there is now; what is not among it any more is forgotten
     */
    synchronized void add(long at, Rows... all) {
        if (at <= newest()) {
            count = 0;
            rings.clear();
        }
        int place = place(count);
        times[place] = at;
        for (Rows each : all) {
            Map<List<String>, float[][]> before = rings.getOrDefault(each.kind, Map.of());
            Map<List<String>, float[][]> after = new LinkedHashMap<>();
            each.rows.forEach((name, row) -> {
                float[][] ring = before.get(name);
                float[][] kept = ring == null ? empty(each.kind) : ring;
                for (int column = 0; column < row.length; column++) {
                    kept[column][place] = row[column];
                }
                after.put(name, kept);
            });
            rings.put(each.kind, after);
        }
        count++;
    }

    private static float[][] empty(Kind kind) {
        float[][] ring = new float[kind.columns][SAMPLES];
        for (float[] column : ring) {
            Arrays.fill(column, Float.NaN);
        }
        return ring;
    }

    private static int place(long number) {
        return (int) (number % SAMPLES);
    }

    private long newest() {
        return count == 0 ? 0 : times[place(count - 1)];
    }

    private long oldestNumber() {
        return Math.max(0, count - SAMPLES);
    }

    /**
     * What was sampled after a moment; all of it if the moment is not over yet, as after a clock was set back.
     *
     * @param moment in milliseconds of Unix time
     */
    public synchronized Samples since(long moment) {
        long first = oldestNumber();
        while (first < count && moment <= newest() && times[place(first)] <= moment) {
            first++;
        }
        long[] stretch = new long[(int) (count - first)];
        for (int i = 0; i < stretch.length; i++) {
            stretch[i] = times[place(first + i)];
        }
        return new Stretch(first, stretch, new LinkedHashMap<>(rings));
    }

    /** Numbers of one column from a sample on; NaN for those that are gone by now. */
    private synchronized float[] copy(float[] column, long first, int length) {
        float[] copy = new float[length];
        for (int i = 0; i < length; i++) {
            copy[i] = first + i < oldestNumber() ? Float.NaN : column[place(first + i)];
        }
        return copy;
    }

    /** Some samples that follow each other. Thread-safe. */
    private final class Stretch implements Samples {
        private final long first;
        private final long[] moments;
        private final Map<Kind, Map<List<String>, float[][]>> present;

        Stretch(long first, long[] moments, Map<Kind, Map<List<String>, float[][]>> present) {
            this.first = first;
            this.moments = moments;
            this.present = present;
        }

        @Override
        public boolean isEmpty() {
            return moments.length == 0;
        }

        @Override
        public long newest() {
            return isEmpty() ? 0 : moments[moments.length - 1];
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            Writer text = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.US_ASCII), BUFFER_CHARACTERS);
            RecordWriter.write(answer(), text);
            text.flush();
        }

        private HistoryAnswer answer() {
            double[] times = LongStream.of(moments).mapToDouble(moment -> moment / 1e3).toArray();
            // Each is made when its turn comes: a slow reader of thousands of endpoints holds one of them.
            List<HistoryAnswer.Listener> listeners = onDemand(Kind.LISTENERS,
                    (name, ring) -> new HistoryAnswer.Listener(
                            name.getFirst(), column(ring[0]), column(ring[1]), column(ring[2])));
            List<HistoryAnswer.Endpoint> endpoints = onDemand(Kind.ENDPOINTS,
                    (name, ring) -> new HistoryAnswer.Endpoint(
                            name.getFirst(), name.getLast(), column(ring[0]), column(ring[1]), column(ring[2]),
                            column(ring[3]), column(ring[4])));
            return new HistoryAnswer(EVERY_MILLIS / 1000, () -> times, listeners, endpoints);
        }

        private <T> List<T> onDemand(Kind kind, BiFunction<List<String>, float[][], T> making) {
            List<Map.Entry<List<String>, float[][]>> all = List.copyOf(present.getOrDefault(kind, Map.of()).entrySet());
            return new AbstractList<>() {
                @Override
                public T get(int index) {
                    return making.apply(all.get(index).getKey(), all.get(index).getValue());
                }

                @Override
                public int size() {
                    return all.size();
                }
            };
        }

        private Supplier<float[]> column(float[] ring) {
            return () -> copy(ring, first, moments.length);
        }
    }
}
