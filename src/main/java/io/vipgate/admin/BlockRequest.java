package io.vipgate.admin;

import java.net.InetAddress;
import java.util.Optional;

/**
 * Whom to turn away, and for how long.
 *
 * <p>Immutable.
 *
 * @param network an address or a network, as it was written
 * @param term for how long, as it was written; empty until it is lifted
 * @param why the reason; may be empty
 * @param keepsRelays whether open relays go on
 * @param isWide whether it may be a very large network
 * @param caller where the caller is; empty on a Unix socket of this machine
 * @param by the caller, for the log
 */
public record BlockRequest(String network, Optional<String> term, String why, boolean keepsRelays, boolean isWide,
        Optional<InetAddress> caller, String by) {}
