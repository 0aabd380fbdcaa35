package io.vipgate.metrics;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmInfoMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.vipgate.admin.MetricsSource;
import io.vipgate.admin.http.CompressedText;
import io.vipgate.admin.http.HeapShare;
import io.vipgate.admin.http.NoRoomException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * What scrapers are told: the gateway's own numbers, which are many, as they are read, and those of the JVM and the process
 * through Micrometer's binders.
 *
 * <p>Thread-safe.
 */
public final class GatewayMetrics implements MetricsSource, AutoCloseable {
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String RESIDENT = "VmRSS:";

    private static final long MAX_WAIT_MILLIS = 4_000;

    /** Of the JVM and the process. */
    private final PrometheusRegistry process = new PrometheusRegistry();
    private final ExpositionFormats formats = ExpositionFormats.init();
    private final Semaphore turn = new Semaphore(1, true);
    private final HeapShare share;
    private final StatsSource source;
    private final Family build;
    /** By type; with the turn. */
    private final Map<String, Made> made = new HashMap<>();
    private final PrometheusMeterRegistry registry;
    private final JvmGcMetrics collections = new JvmGcMetrics();

    /**
     * Makes one that nobody has asked yet.
     *
     * @param source reads the gateway's numbers
     * @param version of vipgate
     * @param netty version of Netty
     * @param share what its pages may hold of the heap while they are read
     */
    public GatewayMetrics(StatsSource source, String version, String netty, HeapShare share) {
        this.share = share;
        this.source = source;
        build = new Family(Family.Type.INFO, "vipgate_build", "What this program was built from.",
                series -> series.addInfo(Runtime.version().toString(), netty, version),
                List.of("java", "netty", "version"));
        registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, process, Clock.SYSTEM);
        List<MeterBinder> binders = List.of(new JvmMemoryMetrics(), collections, new JvmThreadMetrics(),
                new ClassLoaderMetrics(), new JvmInfoMetrics(), new ProcessorMetrics(), new UptimeMetrics(),
                new FileDescriptorMetrics());
        binders.forEach(binder -> binder.bindTo(registry));
        Gauge.builder("process.resident.memory", GatewayMetrics::residentBytes).baseUnit("bytes")
                .description("Memory of the process, heap and all else, that is not swapped out.").register(registry);
    }

    private static double residentBytes() {
        try {
            return Files.readAllLines(STATUS).stream().filter(line -> line.startsWith(RESIDENT))
                    .map(line -> line.substring(RESIDENT.length()).replace("kB", "").strip())
                    .mapToLong(kilobytes -> Long.parseLong(kilobytes) << 10).findFirst().orElse(0);
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    /**
     * OpenMetrics for whoever names it, Prometheus's own text for everybody else. One page is made at a time, right into a
     * compressed text. All who asked before it was begun get the same.
     */
    @Override
    public Optional<MetricsSource.Page> scrape(String accept) throws InterruptedException {
        long asked = System.nanoTime();
        if (!turn.tryAcquire(MAX_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
            return Optional.empty();
        }
        try {
            return Optional.of(accept.contains("application/openmetrics-text")
                    ? page(OPEN_METRICS, out -> write(out, true), asked)
                    : page(TEXT, out -> write(out, false), asked));
        } catch (NoRoomException e) {
            return Optional.empty();
        } catch (IOException e) {
            // Into memory: that can't be.
            throw new UncheckedIOException(e);
        } finally {
            turn.release();
        }
    }

    /** With the turn. */
    private MetricsSource.Page page(String contentType, CompressedText.Text text, long asked)
            throws IOException, InterruptedException {
        forgetBefore(asked);
        Made present = made.get(contentType);
        if (present == null) {
            try (HeapShare.Making _ = share.begin(source.bytes())) {
                present = new Made(System.nanoTime(), CompressedText.of(share, text));
            }
            made.put(contentType, present);
        }
        return new CompressedPage(contentType, present.text().share());
    }

    /** Pages that were begun earlier are for nobody: turns are taken in the order of asking. */
    private void forgetBefore(long asked) {
        made.values().removeIf(old -> {
            boolean isOver = old.begun() - asked < 0;
            if (isOver) {
                old.text().release();
            }
            return isOver;
        });
    }

    /** A page that others who wait may get too. Thread-safe. */
    private record Made(long begun, CompressedText text) {}

    /** The gateway's own first: OpenMetrics has an end, which the client's writer knows of. */
    private void write(OutputStream out, boolean isOpenMetrics) throws IOException {
        Series series = new Series(out, isOpenMetrics);
        for (Family family : GatewayFamilies.of(source.get())) {
            series.write(family);
        }
        series.write(build);
        ExpositionFormatWriter writer = isOpenMetrics
                ? formats.getOpenMetricsTextFormatWriter()
                : formats.getPrometheusTextFormatWriter();
        writer.write(out, process.scrape());
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
