package io.vipgate.relay;

import io.vipgate.text.IpText;
import io.vipgate.linux.ClientAddress;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One DEBUG line per relay, at its end.
 *
 * <p>Thread-safe.
 */
public final class RelayLog implements RelayObserver {
    private static final Logger LOG = LoggerFactory.getLogger(RelayLog.class);

    @Override
    public void onClosed(RelayInfo relay, CloseReason reason) {
        if (LOG.isDebugEnabled()) {
            LoopEndpoint endpoint = relay.endpoint();
            LOG.debug("{} {}:{} -> {}/{} duration={}ms in={} out={} attempts={} close={}", relay.listener().name(),
                    IpText.of(ClientAddress.toInetAddress(relay.clientHigh(), relay.clientLow())),
                    relay.clientPort(), relay.pool().name(),
                    endpoint == null ? "-" : endpoint.endpoint().label(),
                    TimeUnit.NANOSECONDS.toMillis(relay.age()), relay.bytesToBackend(), relay.bytesToClient(),
                    relay.attempts(), reason.label());
        }
    }
}
