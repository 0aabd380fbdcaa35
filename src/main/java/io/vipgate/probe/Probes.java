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
import java.util.function.Supplier;

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
        return switch (config.type()) {
            case NONE -> Optional.empty();
            case EXEC -> Optional.of(new ExecProbe(config.command(), config.timeout()));
            default -> Optional.of(overConnection(config, connection(config, proxyProtocol, source), authorities));
        };
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

    private static ProbeConnection connection(ProbeConfig config, ProxyProtocol proxyProtocol,
            List<InetAddress> source) {
        // Over TLS the gateway speaks first in any case.
        boolean listensFirst = config.tls().isEmpty() && switch (config.type()) {
            case SEND_EXPECT -> config.exchanges().getFirst().send().isEmpty();
            case MYSQL, SMTP -> true;
            default -> false;
        };
        return new ProbeConnection(config.timeout(), ProbeHeader.of(config.proxyProtocol(), proxyProtocol),
                ProbeOrigin.of(config.source(), source), listensFirst);
    }

    private static Probe overConnection(ProbeConfig config, ProbeConnection connection,
            List<X509Certificate> authorities) {
        Optional<TlsProbeConfig> tls = config.type() == ProbeType.TLS
                ? config.tls().or(() -> Optional.of(TlsProbeConfig.DEFAULTS))
                : config.tls();
        Supplier<Talk> talks = talks(config);
        return tls.isEmpty()
                ? new PlainProbe(connection, talks)
                : new TlsProbe(connection, new TlsClient(tls.get(), authorities), talks);
    }

    /** What is said and heard in each check. */
    static Supplier<Talk> talks(ProbeConfig config) {
        return switch (config.type()) {
            case HTTP ->
                new HttpExchange(config.http().orElse(HttpProbeConfig.DEFAULTS), config.tls().isPresent());
            case SEND_EXPECT -> new SendExpect(config.exchanges());
            case TCP -> each(new TcpTalk());
            case TLS -> each(new TlsTalk());
            case MYSQL -> each(new MysqlCheck(config.user()));
            case PGSQL -> each(new PgsqlCheck(config.user()));
            case REDIS -> each(new RedisCheck(config.role()));
            case SMTP -> each(new SmtpCheck(config.helo()));
            case LDAP -> each(new LdapCheck());
            case EXEC, NONE -> throw new IllegalArgumentException(config.type() + " connects to nobody");
        };
    }

    /** One that keeps no state serves every check. */
    private static Supplier<Talk> each(Talk talk) {
        return () -> talk;
    }
}
