package io.vipgate.probe;

import io.vipgate.text.IpText;
import io.vipgate.config.TlsProbeConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * The client side of TLS, as the configuration wants it. The certificates to trust are read once, when it is made.
 *
 * <p>Thread-safe.
 */
final class TlsClient {
    private final TrustManager[] trust;
    private final Optional<String> serverName;
    private final boolean verifies;

    /**
     * Reads what it needs.
     *
     * @throws IllegalArgumentException if the file of certificates can't be read or the server's name can't be one
     */
    TlsClient(TlsProbeConfig config) {
        serverName = config.serverName();
        verifies = config.verify();
        serverName.filter(name -> !isAddress(name)).ifPresent(TlsClient::checkName);
        trust = config.verify() ? trusted(config.ca()) : new TrustManager[]{new TrustAllCertificates()};
    }

    /**
     * Shakes hands over a connection.
     *
     * @return the secured socket; to close the one under it is enough, and it never ends or closes that one
     */
    SSLSocket handshake(Socket connected, ProbeTarget target) throws IOException {
        try {
            InetSocketAddress address = target.address();
            Optional<String> name = serverName.or(target::host);
            String peer = name.orElseGet(() -> IpText.of(address.getAddress()));
            SSLSocket socket = (SSLSocket) newContext().getSocketFactory().createSocket(connected, peer,
                    address.getPort(), false);
            SSLParameters parameters = socket.getSSLParameters();
            // RFC 6066, section 3: a name is sent, an address never is.
            parameters.setServerNames(name.flatMap(TlsClient::indication).map(List::of).orElse(List.of()));
            if (verifies && name.isPresent()) {
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
            }
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket;
        } catch (RuntimeException e) {
            // JSSE has let such escape on malformed messages; what the endpoint sends must not end the prober.
            throw new SSLException(e.toString(), e);
        }
    }

    /** A context for each check: a session resumed from the last one would not show the certificate again. */
    private SSLContext newContext() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has TLS", e);
        }
    }

    private static TrustManager[] trusted(Optional<Path> ca) {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(ca.isPresent() ? storeOf(ca.get()) : null);
            return factory.getTrustManagers();
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("ca: " + ca.map(Path::toString).orElse("the machine's")
                    + " (expected: a readable file with certificates in PEM): " + e, e);
        }
    }

    private static KeyStore storeOf(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream pem = Files.newInputStream(file)) {
            Collection<? extends Certificate> certificates = CertificateFactory.getInstance("X.509")
                    .generateCertificates(pem);
            if (certificates.isEmpty()) {
                throw new CertificateException("no certificate in it");
            }
            for (Certificate certificate : certificates) {
                store.setCertificateEntry(Integer.toString(store.size()), certificate);
            }
        }
        return store;
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
