package io.vipgate.probe;

import io.vipgate.config.TlsProbeConfig;
import io.vipgate.text.IpText;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The client side of TLS, as the configuration wants it. The certificates to trust are read once, when it is made.
 *
 * <p><b>Sessions.</b> One that is resumed does not show the certificate again, so none is: a handshake begins by
 * forgetting all sessions there are. Where endpoints share a name and the keys of their tickets, one of them may still
 * resume what another has just granted; such a handshake says nothing where the certificate matters.
 *
 * <p>Thread-safe.
 */
final class TlsClient {
    /** A session was resumed. Immutable. */
    static final class NotShownException extends IOException {
        NotShownException() {
            super("the certificate was not shown again");
        }
    }

    private final Optional<String> serverName;
    private final @Nullable DatedTrust trust;
    private final SSLContext context;

    /**
     * Reads what it needs.
     *
     * @throws IllegalArgumentException if the file of certificates can't be read or the server's name can't be one
     */
    TlsClient(TlsProbeConfig config) {
        this(config, authorities(config));
    }

    /**
     * The same with the certificates of the file.
     *
     * @param authorities empty for the machine's
     */
    TlsClient(TlsProbeConfig config, List<X509Certificate> authorities) {
        serverName = config.serverName();
        serverName.filter(name -> !isAddress(name)).ifPresent(TlsClient::checkName);
        try {
            trust = config.verify()
                    ? new DatedTrust(authorities.isEmpty() ? DatedTrust.machines() : authorities,
                            InstantSource.system())
                    : null;
            context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[]{trust == null ? new TrustAllCertificates() : trust}, null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has TLS", e);
        }
    }

    /**
     * The certificates that the configuration's file has.
     *
     * @return empty for the machine's, and where none is looked at
     * @throws IllegalArgumentException if the file can't be read
     */
    static List<X509Certificate> authorities(TlsProbeConfig config) {
        Optional<Path> file = config.ca().filter(_ -> config.verify());
        if (file.isEmpty()) {
            return List.of();
        }
        try (InputStream pem = Files.newInputStream(file.get())) {
            List<X509Certificate> found = new ArrayList<>();
            for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                found.add((X509Certificate) each);
            }
            if (found.isEmpty()) {
                throw new CertificateException("no certificate in it");
            }
            return List.copyOf(found);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "ca: " + file.get() + " (expected: a readable file with certificates in PEM): " + e, e);
        }
    }

    /**
     * Shakes hands over a connection.
     *
     * @return the secured socket; to close the one under it is enough, and it never ends or closes that one
     * @throws NotShownException if the certificate matters and was not shown
     */
    SSLSocket handshake(Socket connected, ProbeTarget target) throws IOException {
        try {
            InetSocketAddress address = target.address();
            Optional<String> name = serverName.or(target::host);
            String peer = name.orElseGet(() -> IpText.of(address.getAddress()));
            forgetSessions();
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(connected, peer, address.getPort(),
                    false);
            SSLParameters parameters = socket.getSSLParameters();
            // RFC 6066, section 3: a name is sent, an address never is.
            parameters.setServerNames(name.flatMap(TlsClient::indication).map(List::of).orElse(List.of()));
            if (trust != null && name.isPresent()) {
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
            }
            socket.setSSLParameters(parameters);
            boolean wasShown;
            try {
                socket.startHandshake();
            } finally {
                wasShown = trust == null || trust.wasShown(socket);
            }
            if (!wasShown) {
                throw new NotShownException();
            }
            return socket;
        } catch (RuntimeException e) {
            // JSSE has let such escape on malformed messages; what the endpoint sends must not end the prober.
            throw new SSLException(e.toString(), e);
        }
    }

    private void forgetSessions() {
        SSLSessionContext sessions = context.getClientSessionContext();
        for (byte[] id : Collections.list(sessions.getIds())) {
            SSLSession session = sessions.getSession(id);
            if (session != null) {
                session.invalidate();
            }
        }
    }

    /** Empty for an address, and for a name of the configuration's that TLS has no form for. */
    private static Optional<SNIServerName> indication(String name) {
        try {
            return isAddress(name) ? Optional.empty() : Optional.of(new SNIHostName(name));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static void checkName(String name) {
        try {
            SNIHostName _ = new SNIHostName(name);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("serverName: " + name + " (expected: a host name)", e);
        }
    }

    private static boolean isAddress(String name) {
        try {
            return InetAddress.ofLiteral(name.toLowerCase(Locale.ROOT)).getHostAddress() != null;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
