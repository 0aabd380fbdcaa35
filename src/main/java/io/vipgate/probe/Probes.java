package io.vipgate.probe;

import io.vipgate.config.HttpProbeConfig;
import io.vipgate.config.ProbeConfig;
import io.vipgate.config.ProbeType;
import io.vipgate.config.ProxyProtocol;
import io.vipgate.config.TlsProbeConfig;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.SocketFactory;

/** The kinds of probes, by their configuration. Thread-safe. */
public final class Probes {
    private Probes() {}

    /**
     * The probe that a pool's configuration asks for. Makes no connection, but reads the file of certificates if there
     * is one.
     *
     * @param config of the pool's probe
     * @param proxyProtocol what the pool's endpoints expect first
     * @param source where the pool's relays come from; empty for the kernel's choice
     * @return empty when the endpoints aren't probed
     * @throws IllegalArgumentException if the certificates can't be read or the TLS server name isn't one; the message
     *         says which key and why
     */
    public static Optional<Probe> of(ProbeConfig config, ProxyProtocol proxyProtocol, List<InetAddress> source) {
        return of(config, proxyProtocol, source, authorities(config));
    }

    /**
     * The same with the certificates that were read before.
     *
     * @param authorities what {@link #authorities} has given for this configuration
     */
    public static Optional<Probe> of(ProbeConfig config, ProxyProtocol proxyProtocol, List<InetAddress> source,
            List<X509Certificate> authorities) {
        return of(config, proxyProtocol, source, authorities, SocketFactory.getDefault());
    }

    /**
     * The certificates in the file that the configuration names; a reload may find others there.
     *
     * @return empty when it names none
     * @throws IllegalArgumentException if they can't be read; the message says which key and why
     */
    public static List<X509Certificate> authorities(ProbeConfig config) {
        return config.tls().map(TlsClient::authorities).orElse(List.of());
    }

    /** The same with sockets made elsewhere. */
    static Optional<Probe> of(ProbeConfig config, ProxyProtocol proxyProtocol, List<InetAddress> source,
            List<X509Certificate> authorities, SocketFactory sockets) {
        boolean listensFirst = config.type() == ProbeType.SEND_EXPECT && config.send().isEmpty();
        SocketCheck check = new SocketCheck(sockets, config.timeout(),
                ProbeHeader.of(config.proxyProtocol(), proxyProtocol),
                ProbeOrigin.of(config.source(), source), listensFirst);
        return switch (config.type()) {
            case TCP -> Optional.of(new TcpProbe(check));
            case HTTP -> Optional.of(new HttpProbe(check, config.http().orElse(HttpProbeConfig.DEFAULTS),
                    config.tls().map(tls -> new TlsClient(tls, authorities)).orElse(null)));
            case TLS -> Optional.of(new TlsProbe(check, new TlsClient(config.tls().orElse(TlsProbeConfig.DEFAULTS),
                    authorities)));
            case SEND_EXPECT ->
                Optional.of(new SendExpectProbe(check, config.send().bytes(), config.expect().bytes()));
            case EXEC -> Optional.of(new ExecProbe(config.command(), config.timeout()));
            case NONE -> Optional.empty();
        };
    }
}
