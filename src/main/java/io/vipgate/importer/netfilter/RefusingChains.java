package io.vipgate.importer.netfilter;

import java.util.Locale;
import java.util.Map;

/**
 * What chains that refuse connections see of them after the move.
 *
 * <p>Stateless.
 */
public final class RefusingChains {
    private static final Map<String, String> NOW = Map.of(
            "forward",
            ", but no longer sees the connections of the listeners: the gateway makes those to the endpoints, "
                    + "and they go by chain OUTPUT. Whom it refused is in access and perSource of the listeners, or named as "
                    + "lost",
            "input",
            ", and now sees the clients' connections, which went by chain FORWARD: it must let in those to the "
                    + "listeners' ports");

    private RefusingChains() {}

    /** The end of a sentence, for the hook FORWARD or INPUT in capital or small letters; empty for others. */
    public static String after(String hook) {
        return NOW.getOrDefault(hook.toLowerCase(Locale.ROOT), "");
    }
}
