package io.vipgate.config;

/** Whether a pool's endpoints are connected to from the client's own address. */
public enum ClientAddressMode {
    /** From the gateway's address. */
    NONE,
    /** From the client's where that is possible, else from the gateway's. */
    PREFER,
    /** From the client's; where that is not possible, the client is refused. */
    REQUIRE
}
