package io.vipgate.probe;

import java.io.EOFException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLException;

/** Why TLS failed, in words that tell a bad certificate from a peer that doesn't speak TLS. Immutable. */
final class TlsFault {
    private TlsFault() {}

    /** The cause to report. */
    static String cause(SSLException fault) {
        boolean certificate = false;
        Throwable deepest = fault;
        for (Throwable each = fault; each != null; each = each.getCause()) {
            certificate |= each instanceof CertificateException || each instanceof CertPathValidatorException
                    || each instanceof CertPathBuilderException;
            deepest = each;
        }
        if (certificate) {
            return "certificate: " + switch (deepest) {
                case CertificateExpiredException _ -> "expired (" + ResultText.printable(deepest.getMessage()) + ")";
                case CertificateNotYetValidException _ ->
                    "not valid yet (" + ResultText.printable(deepest.getMessage()) + ")";
                case CertPathBuilderException _ -> "not issued by a trusted authority";
                default -> ResultText.printable(deepest.getMessage());
            };
        }
        return deepest instanceof EOFException
                ? "closed during the TLS handshake"
                : "TLS: " + ResultText.printable(fault.getMessage());
    }
}
