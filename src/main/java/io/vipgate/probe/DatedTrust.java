package io.vipgate.probe;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Trusts what certain authorities have issued, but nothing that has expired or is not valid yet, those authorities
 * included. Java by itself looks at the dates of what lies between the two alone: a certificate that is its own authority
 * it takes for ever.
 *
 * <p>Thread-safe.
 */
final class DatedTrust extends X509ExtendedTrustManager {
    /** Java's own trust in the authorities of a time. */
    private record Present(List<X509Certificate> authorities, X509ExtendedTrustManager manager) {}

    private final List<X509Certificate> authorities;
    private final InstantSource clock;
    private final Set<Socket> shown = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Present present;

    DatedTrust(List<X509Certificate> authorities, InstantSource clock) {
        this.authorities = List.copyOf(authorities);
        this.clock = clock;
    }

    /** The authorities that this machine trusts. */
    static List<X509Certificate> machines() throws GeneralSecurityException {
        return Arrays.asList(managerOf(null).getAcceptedIssuers());
    }

    /** Whether a certificate was shown on this connection and found good; false for a session that was resumed. */
    boolean wasShown(Socket socket) {
        return shown.remove(socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        Instant now = clock.instant();
        chain[0].checkValidity(Date.from(now));
        List<X509Certificate> valid = authorities.stream().filter(each -> isValid(each, now)).toList();
        if (valid.isEmpty()) {
            throw authorities.stream().findFirst().map(DatedTrust::ofAuthority)
                    .orElseGet(() -> new CertificateException("this machine trusts no authority"));
        }
        try {
            trustIn(valid).checkServerTrusted(chain, authType, socket);
        } catch (CertificateException e) {
            throw authorities.stream().filter(each -> !isValid(each, now) && hasIssued(each, chain)).findFirst()
                    .map(DatedTrust::ofAuthority).orElse(e);
        }
        shown.add(socket);
    }

    private static boolean isValid(X509Certificate certificate, Instant now) {
        return !now.isBefore(certificate.getNotBefore().toInstant())
                && !now.isAfter(certificate.getNotAfter().toInstant());
    }

    private static boolean hasIssued(X509Certificate authority, X509Certificate[] chain) {
        return Arrays.stream(chain)
                .anyMatch(each -> each.getIssuerX500Principal().equals(authority.getSubjectX500Principal()));
    }

    private static CertificateException ofAuthority(X509Certificate authority) {
        return new CertificateExpiredException("the authority " + authority.getSubjectX500Principal().getName()
                + ", valid from " + authority.getNotBefore().toInstant() + " to "
                + authority.getNotAfter().toInstant());
    }

    /** Made anew when an authority expires, or becomes valid. */
    private X509ExtendedTrustManager trustIn(List<X509Certificate> valid) throws CertificateException {
        Present known = present;
        if (known == null || !known.authorities().equals(valid)) {
            try {
                known = new Present(valid, managerOf(storeOf(valid)));
            } catch (IOException | GeneralSecurityException e) {
                throw new CertificateException("the authorities can't be used: " + e.getMessage(), e);
            }
            present = known;
        }
        return known.manager();
    }

    private static KeyStore storeOf(List<X509Certificate> certificates) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (X509Certificate certificate : certificates) {
            store.setCertificateEntry(Integer.toString(store.size()), certificate);
        }
        return store;
    }

    /** @param store null for the machine's own */
    private static X509ExtendedTrustManager managerOf(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager found) {
                return found;
            }
        }
        throw new GeneralSecurityException("no trust manager for certificates");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("no connection to check");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("no connection to check");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("probes are no servers");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("probes are no servers");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("probes are no servers");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities.toArray(X509Certificate[]::new);
    }
}
