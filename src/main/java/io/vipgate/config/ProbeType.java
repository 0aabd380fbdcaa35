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
    /** The greeting of MySQL or MariaDB, and a login where there is a user. */
    MYSQL,
    /** The beginning of a session with PostgreSQL. */
    PGSQL,
    /** Redis's PING, and its role. */
    REDIS,
    /** The greeting of a mail server. */
    SMTP,
    /** An anonymous bind to a directory. */
    LDAP,
    /** A command. */
    EXEC,
    /** Not at all. */
    NONE
}
