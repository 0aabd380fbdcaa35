package io.vipgate.config;

/** The PROXY header sent first towards an endpoint. */
public enum ProxyProtocol {
    /** No header. */
    NONE,
    /** The text form. */
    V1,
    /** The binary form. */
    V2
}
