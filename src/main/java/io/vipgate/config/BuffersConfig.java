package io.vipgate.config;

/**
 * What the kernel may keep of a connection that streams: {@code listeners.L.buffers} of clients', {@code pools.P.buffers}
 * of endpoints' connections. <b>Immutable.</b>
 *
 * @param receive 0 for the default, else at least {@link #LEAST}
 * @param send the same
 */
public record BuffersConfig(
        @Key(byDefault = "0", max = "1GiB", doc = "received and not yet relayed (SO_RCVBUF; the kernel counts its overhead "
                + "too, and grants at most `net.core.rmem_max` without CAP_NET_ADMIN); 0: 1MiB for a peer less than 0.5 ms "
                + "away where that is granted, else what the kernel finds right; else at least 64KiB") ByteSize receive,
        @Key(byDefault = "0", max = "1GiB", doc = "written and not yet sent (TCP_NOTSENT_LOWAT); 0: 1MiB for a peer less "
                + "than 0.5 ms away, else 2MiB; else at least 64KiB") ByteSize send) {
    static final ByteSize LEAST = new ByteSize(64 << 10);
}
