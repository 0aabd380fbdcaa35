package io.vipgate.config;

import java.util.function.BiConsumer;

/** What must hold of the pools that a listener's TLS clients are led to. <b>Confined to one load.</b> */
final class TlsRules {
    private final TlsConfig tls;
    private final KeyPath path;
    private final Written written;
    private final Problems problems;

    TlsRules(TlsConfig tls, KeyPath path, Written written, Problems problems) {
        this.tls = tls;
        this.path = path;
        this.written = written;
        this.problems = problems;
    }

    /**
     * Checks them.
     *
     * @param namesPool checks the name of a pool
     */
    void check(BiConsumer<String, KeyPath> namesPool) {
        tls.names().forEach((name, pool) -> namesPool.accept(pool, path.child("names").child(name)));
        tls.alpn().forEach((protocol, pool) -> namesPool.accept(pool, path.child("alpn").child(protocol)));
        boolean isForNobody = tls.names().isEmpty() && tls.alpn().isEmpty()
                && tls.notTls() == TlsConfig.Otherwise.REJECT && tls.noName() == TlsConfig.Otherwise.REJECT
                && tls.unknownName() == TlsConfig.Otherwise.REJECT;
        if (isForNobody && !problems.touches(path)) {
            problems.warn(written.line(path), path, "refuses everybody without names or alpn");
        }
        boolean isIdle = tls.names().isEmpty() && tls.alpn().isEmpty() && tls.notTls() == TlsConfig.Otherwise.DEFAULT
                && tls.noName() == TlsConfig.Otherwise.DEFAULT && tls.unknownName() == TlsConfig.Otherwise.DEFAULT;
        if (isIdle && !problems.touches(path)) {
            problems.warn(written.line(path), path,
                    "leads nobody elsewhere without names or alpn, and every client waits for its ClientHello");
        }
    }
}
