package io.vipgate.config;

import io.vipgate.text.IpText;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * Which of this machine's addresses probes come from: {@code pools.P.probe.source}. <b>Immutable.</b>
 *
 * @param isPools whether it is the pool's own choice
 * @param address one for probes alone; empty for the pool's, or for the kernel's choice
 */
public record ProbeSource(boolean isPools, Optional<InetAddress> address) {
    /** Where the pool's relays come from. */
    public static final ProbeSource AUTO = new ProbeSource(true, Optional.empty());
    /** Wherever the kernel has it come from. */
    public static final ProbeSource NONE = new ProbeSource(false, Optional.empty());

    static ProbeSource parse(String text) throws BadValueException {
        return switch (text) {
            case "auto" -> AUTO;
            case "none" -> NONE;
            default -> {
                if (AddressText.literal(text).isEmpty()) {
                    throw BadValueException.expected("auto, none, or an address of this machine without a port");
                }
                yield new ProbeSource(false, Optional.of(AddressText.parse(text)));
            }
        };
    }

    /** The addresses to come from, best first; empty for the kernel's choice. */
    public List<InetAddress> orPools(List<InetAddress> pools) {
        return isPools ? pools : address.map(List::of).orElse(List.of());
    }

    @Override
    public String toString() {
        return isPools ? "auto" : address.map(IpText::of).orElse("none");
    }
}
