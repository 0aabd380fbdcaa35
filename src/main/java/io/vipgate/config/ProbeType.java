package io.vipgate.config;

/** How an endpoint is probed. */
public enum ProbeType {
    /** A connect. */
    TCP,
    /** An HTTP/1.1 request, over TLS where there is a {@code tls} section. */
    HTTP,
    /** A TLS handshake. */
    TLS,
    /** Bytes sent, bytes expected. */
    SEND_EXPECT,
    /** A command. */
    EXEC,
    /** Not at all. */
    NONE
}
