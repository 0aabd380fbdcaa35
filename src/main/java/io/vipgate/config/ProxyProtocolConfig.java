package io.vipgate.config;

import java.util.List;

/** The PROXY header sent first towards an endpoint: {@code pools.P.proxyProtocol}. <b>Immutable.</b> */
@ShortForm("version")
public record ProxyProtocolConfig(
        @Key(byDefault = "none", doc = "`none`, `v1`, `v2`") ProxyProtocol version,
        @Key(doc = "fields of version 2, beside those that `acceptProxy.tlvs` names: passed on where they came in; where none did, "
                + "`unique-id` is made by the gateway, `authority` and `alpn` come from the ClientHello at listeners with `tls`") List<TlvType> tlvs,
        @Key(byDefault = "false", doc = "adds the checksum of version 2") boolean crc32c) {
    /** Keeps its own copy. */
    public ProxyProtocolConfig {
        tlvs = List.copyOf(tlvs);
    }
}
