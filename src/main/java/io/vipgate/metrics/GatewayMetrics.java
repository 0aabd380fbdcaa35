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
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import io.vipgate.admin.MetricsSource;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/**
 * The registry: the gateway's own numbers through a collector, those of the JVM and the process through Micrometer's
 * binders.
 *
 * <p>Thread-safe.
 */
public final class GatewayMetrics implements MetricsSource, AutoCloseable {
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String RESIDENT = "VmRSS:";

    private final PrometheusMeterRegistry registry;
    private final JvmGcMetrics collections = new JvmGcMetrics();

    /**
     * Makes a registry.
     *
     * @param source reads the gateway's numbers
     * @param version of vipgate
     * @param netty version of Netty
     */
    public GatewayMetrics(Supplier<GatewayNumbers> source, String version, String netty) {
        PrometheusRegistry prometheus = new PrometheusRegistry();
        prometheus.register(new GatewayCollector(source,
                Labels.of("version", version, "netty", netty, "java", Runtime.version().toString())));
        registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, prometheus, Clock.SYSTEM);
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

    /** OpenMetrics for whoever names it, Prometheus's own text for everybody else. */
    @Override
    public Page scrape(String accept) {
        String contentType = accept.contains("application/openmetrics-text") ? OPEN_METRICS : TEXT;
        String text = registry.scrape(contentType);
        return Text.of(contentType, contentType.equals(TEXT)
                ? Family.TwinCounter.asCounters(text, ListenerFamilies.CONNECTIONS, EndpointFamilies.CONNECTIONS)
                : text);
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }

    /** A page in memory. Immutable. */
    private static final class Text implements Page {
        private final String contentType;
        private final byte[] body;

        private Text(String contentType, byte[] body) {
            this.contentType = contentType;
            this.body = body;
        }

        static Text of(String contentType, String text) {
            return new Text(contentType, text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String contentType() {
            return contentType;
        }

        @Override
        public int length() {
            return body.length;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            out.write(body);
        }
    }
}
