package io.vipgate.probe;

import io.vipgate.config.ProbeProxyProtocol;
import io.vipgate.config.ProxyProtocol;
import io.vipgate.proxyprotocol.ProxyHeader;

/**
 * The PROXY header that a probe begins with. An endpoint that expects one takes the probe for what it is, a connection of
 * the gateway's own; whatever listens on another port expects none, unless the configuration says so.
 *
 * <p>Immutable.
 */
final class ProbeHeader {
    /** None, to whomever. */
    static final ProbeHeader NONE = of(ProbeProxyProtocol.NONE, ProxyProtocol.NONE);

    private final byte[] onOwnPort;
    private final byte[] onOtherPort;

    private ProbeHeader(byte[] onOwnPort, byte[] onOtherPort) {
        this.onOwnPort = onOwnPort;
        this.onOtherPort = onOtherPort;
    }

    /**
     * As configured.
     *
     * @param pools what the pool's relays send
     */
    static ProbeHeader of(ProbeProxyProtocol configured, ProxyProtocol pools) {
        return switch (configured) {
            case AUTO -> new ProbeHeader(bytes(pools), new byte[0]);
            case NONE -> everywhere(ProxyProtocol.NONE);
            case V1 -> everywhere(ProxyProtocol.V1);
            case V2 -> everywhere(ProxyProtocol.V2);
        };
    }

    private static ProbeHeader everywhere(ProxyProtocol version) {
        return new ProbeHeader(bytes(version), bytes(version));
    }

    private static byte[] bytes(ProxyProtocol version) {
        return switch (version) {
            case NONE -> new byte[0];
            case V1 -> ProxyHeader.ofNobody(ProxyHeader.Version.V1);
            case V2 -> ProxyHeader.ofNobody(ProxyHeader.Version.V2);
        };
    }

    /** The bytes for this target; none for no header. A new array each time. */
    byte[] towards(ProbeTarget target) {
        return (target.isOwnPort() ? onOwnPort : onOtherPort).clone();
    }
}
