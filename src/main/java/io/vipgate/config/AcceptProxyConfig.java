package io.vipgate.config;

import io.vipgate.access.Prefix;
import java.time.Duration;
import java.util.List;

/**
 * Whose connections begin with a PROXY protocol header: {@code listeners.L.acceptProxy}. <b>Immutable.</b>
 *
 * @param from at least one
 * @param versions at least one
 */
@ShortForm("from")
public record AcceptProxyConfig(
        @Key(required = true, doc = "networks of the balancers or gateways that must send the header; from nobody else is it "
                + "looked for") List<Prefix> from,
        @Key(byDefault = "reject", doc = "clients from anywhere else: `reject` (reset, counted as `proxy_untrusted`), `direct` (served "
                + "without a header, under their own address)") OtherPeers others,
        @Key(byDefault = "v1, v2", doc = "versions of the header that are accepted") List<ProxyVersion> versions,
        @Key(byDefault = "5s", min = "3s", max = "1m", doc = "for the whole header to come") Duration timeout,
        @Key(doc = "fields of a version 2 header that are passed on to endpoints of a pool with `proxyProtocol: v2`: `authority`, "
                + "`alpn`, `unique-id`, `ssl`, `0xE0` to `0xEF`") List<TlvType> tlvs) {
    /** Keeps its own copies. */
    public AcceptProxyConfig {
        from = List.copyOf(from);
        versions = List.copyOf(versions);
        tlvs = List.copyOf(tlvs);
    }

    /** What becomes of clients that need not send a header. */
    public enum OtherPeers {
        /** They are reset. */
        REJECT,
        /** They are served under their own address. */
        DIRECT
    }

    /** A version of the header. */
    public enum ProxyVersion {
        /** The text form. */
        V1,
        /** The binary form. */
        V2
    }
}
