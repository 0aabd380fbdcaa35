package io.vipgate.probe;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * An authority and two servers' certificates of its making, one of them expired, and an authority that has expired with
 * one that it has issued; made anew for each run of a test.
 */
final class Certificates {
    private static final String PASSWORD = "not a secret";
    private static final String NAME = "good.example";

    private final Path directory;
    private final Path store;
    private final Map<String, SSLContext> contexts = new ConcurrentHashMap<>();

    /** Makes them in a directory. */
    Certificates(Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        store = directory.resolve("all.p12");
        keytool("-alias", "authority", "-dname", "CN=Test authority", "-ext", "bc:c");
        keytool("-alias", "valid", "-dname", "CN=valid", "-ext", "san=dns:" + NAME, "-signer", "authority");
        keytool("-alias", "expired", "-dname", "CN=expired", "-ext", "san=dns:" + NAME, "-signer", "authority",
                "-startdate", "-3d", "-validity", "1");
        keytool("-alias", "old-authority", "-dname", "CN=Old authority", "-ext", "bc:c", "-startdate", "-3d",
                "-validity", "1");
        keytool("-alias", "orphan", "-dname", "CN=orphan", "-ext", "san=dns:" + NAME, "-signer", "old-authority");
    }

    /** The name in both servers' certificates. */
    String name() {
        return NAME;
    }

    /** The authority's own certificate. */
    Path ca() throws IOException, GeneralSecurityException {
        return file("authority");
    }

    /** A file with the certificates of these aliases. */
    Path file(String... aliases) throws IOException, GeneralSecurityException {
        StringBuilder pem = new StringBuilder();
        for (String alias : aliases) {
            String base64 = Base64.getMimeEncoder().encodeToString(load().getCertificate(alias).getEncoded());
            pem.append("-----BEGIN CERTIFICATE-----\n").append(base64).append("\n-----END CERTIFICATE-----\n");
        }
        return Files.writeString(directory.resolve(String.join("-", aliases) + ".pem"), pem);
    }

    /** The server's side of TLS over an accepted connection, showing the certificate with this alias. */
    SSLSocket over(Socket accepted, String alias) throws IOException {
        SSLContext context = contexts.computeIfAbsent(alias, this::contextOf);
        return (SSLSocket) context.getSocketFactory().createSocket(accepted, null, true);
    }

    private SSLContext contextOf(String alias) {
        try {
            KeyStore one = KeyStore.getInstance("PKCS12");
            one.load(null, null);
            KeyStore all = load();
            one.setKeyEntry(alias, all.getKey(alias, PASSWORD.toCharArray()), PASSWORD.toCharArray(),
                    all.getCertificateChain(alias));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(one, PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private KeyStore load() throws IOException, GeneralSecurityException {
        KeyStore loaded = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            loaded.load(in, PASSWORD.toCharArray());
        }
        return loaded;
    }

    private void keytool(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool")
                .toString(), "-genkeypair", "-keyalg", "EC", "-keystore", store.toString(), "-storetype", "PKCS12",
                "-storepass", PASSWORD));
        command.addAll(List.of(options));
        Path log = directory.resolve("keytool.log");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        if (process.waitFor() != 0) {
            throw new IOException(Files.readString(log));
        }
    }
}
