package io.vipgate.relay;

/**
 * What the kernel may keep of a connection that streams, in bytes; 0 for the default. Immutable.
 *
 * @param receive received and not yet relayed
 * @param send written and not yet sent
 */
public record BufferBounds(int receive, int send) {
    /** Both by default. */
    public static final BufferBounds DEFAULT = new BufferBounds(0, 0);
}
