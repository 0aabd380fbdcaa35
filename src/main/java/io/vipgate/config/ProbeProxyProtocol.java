package io.vipgate.config;

/** Which PROXY header a probe begins with. */
public enum ProbeProxyProtocol {
    /** The pool's, where the probe goes to the endpoint's own port; none to another port. */
    AUTO,
    /** None. */
    NONE,
    /** Version 1, text. */
    V1,
    /** Version 2, binary. */
    V2
}
