package io.vipgate.probe;

import io.vipgate.config.HttpProbeConfig;
import io.vipgate.config.ProbeConfig;
import io.vipgate.config.ProxyProtocol;
import io.vipgate.config.TlsProbeConfig;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

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
        // Over TLS the gateway speaks first in any case.
        boolean listensFirst = config.tls().isEmpty() && switch (config.type()) {
            case SEND_EXPECT -> config.exchanges().getFirst().send().isEmpty();
            case MYSQL, SMTP -> true;
            default -> false;
        };
        SocketCheck check = new SocketCheck(sockets, config.timeout(),
                ProbeHeader.of(config.proxyProtocol(), proxyProtocol),
                ProbeOrigin.of(config.source(), source), listensFirst);
        @Nullable
        TlsClient tls = config.tls().map(section -> new TlsClient(section, authorities)).orElse(null);
        return switch (config.type()) {
            case TCP -> Optional.of(new TcpProbe(check));
            case HTTP -> Optional.of(new HttpProbe(check, config.http().orElse(HttpProbeConfig.DEFAULTS), tls));
            case TLS -> Optional.of(new TlsProbe(check,
                    tls == null ? new TlsClient(TlsProbeConfig.DEFAULTS, List.of()) : tls));
            case SEND_EXPECT -> Optional.of(new ConversationProbe(check, tls, new SendExpect(config.exchanges())));
            case MYSQL -> Optional.of(new ConversationProbe(check, tls, new MysqlCheck(config.user())));
            case PGSQL -> Optional.of(new ConversationProbe(check, tls, new PgsqlCheck(config.user())));
            case REDIS -> Optional.of(new ConversationProbe(check, tls, new RedisCheck(config.role())));
            case SMTP -> Optional.of(new ConversationProbe(check, tls, new SmtpCheck(config.helo())));
            case LDAP -> Optional.of(new ConversationProbe(check, tls, new LdapCheck()));
            case EXEC -> Optional.of(new ExecProbe(config.command(), config.timeout()));
            case NONE -> Optional.empty();
        };
    }
}
