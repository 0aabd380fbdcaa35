package io.vipgate.importer.common;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Who may come in to a listener, and as whom: what is to be written beside its address.
 *
 * <p>Immutable.
 *
 * @param acceptProxy empty: nobody sends a header
 * @param perSource empty: no limits
 */
public record DraftDoor(Map<String, Object> acceptProxy, DraftAccess access, Map<String, Object> perSource) {
    private static final double WIDE = 0.25;

    /** Copies the sections. */
    public DraftDoor {
        acceptProxy = new LinkedHashMap<>(acceptProxy);
        perSource = new LinkedHashMap<>(perSource);
    }

    /**
     * Whether so much of a family may send a header that those are hardly balancers: a quarter of IPv4, or of 2000::/3.
     *
     * @param networks none within another
     */
    public static boolean isWide(List<String> networks) {
        return share(networks, false, Integer.SIZE) >= WIDE || share(networks, true, 128) >= WIDE / 8;
    }

    private static double share(List<String> networks, boolean isIpv6, int bits) {
        return networks.stream().filter(network -> network.contains(":") == isIpv6)
                .mapToInt(network -> network.contains("/")
                        ? Integer.parseInt(network.substring(network.indexOf('/') + 1))
                        : bits)
                .mapToDouble(length -> Math.scalb(1.0, -length)).sum();
    }

    /** How many networks it names. */
    public int size() {
        return access.size() + Stream.of(acceptProxy.get("from"), perSource.get("exempt"))
                .mapToInt(networks -> networks instanceof List<?> list ? list.size() : 0).sum();
    }

    /** Sets the sections of a listener. */
    public void applyTo(DraftListener listener) {
        if (!acceptProxy.isEmpty()) {
            listener.set("acceptProxy", acceptProxy);
        }
        listener.set(access);
        if (!perSource.isEmpty()) {
            listener.set("perSource", perSource);
        }
    }
}
