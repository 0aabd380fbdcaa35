package io.vipgate.relay;

import io.vipgate.clienthello.HelloResult;
import io.vipgate.counters.EnumCounter;

/**
 * What was counted of a listener.
 *
 * <p>Confined to its event loop; a copy belongs to whoever has it.
 */
public final class ListenerCounts {
    private final EnumCounter<RefuseReason> refused = new EnumCounter<>(RefuseReason.class);
    private final EnumCounter<RefuseReason> wouldRefuse = new EnumCounter<>(RefuseReason.class);
    private final EnumCounter<HeaderKind> headers = new EnumCounter<>(HeaderKind.class);
    private final EnumCounter<HelloResult> hellos = new EnumCounter<>(HelloResult.class);
    private long encryptedHellos;
    private long accepted;
    private long open;
    private long waiting;
    private long queued;

    /** Makes counts of nothing. */
    public ListenerCounts() {}

    void onAccepted() {
        accepted++;
        open++;
    }

    void onClosed() {
        open--;
    }

    void onWaiting(int more) {
        waiting += more;
    }

    void onQueued(long more) {
        queued += more;
    }

    void onRefused(RefuseReason reason) {
        refused.add(reason);
        if (reason == RefuseReason.HELLO_TIMEOUT || reason == RefuseReason.HELLO_LEFT) {
            hellos.add(HelloResult.TIMEOUT);
        }
    }

    void onWouldRefuse(RefuseReason reason) {
        wouldRefuse.add(reason);
    }

    void onHeader(boolean isText, boolean isLocal) {
        headers.add(isText
                ? isLocal ? HeaderKind.V1_UNKNOWN : HeaderKind.V1_PROXY
                : isLocal ? HeaderKind.V2_LOCAL : HeaderKind.V2_PROXY);
    }

    void onHello(HelloResult result) {
        hellos.add(result);
    }

    void onEncryptedHello() {
        encryptedHellos++;
    }

    void add(ListenerCounts other) {
        accepted += other.accepted;
        open += other.open;
        waiting += other.waiting;
        queued += other.queued;
        refused.add(other.refused);
        wouldRefuse.add(other.wouldRefuse);
        headers.add(other.headers);
        hellos.add(other.hellos);
        encryptedHellos += other.encryptedHellos;
    }

    /** Clients that got a relay. */
    public long accepted() {
        return accepted;
    }

    /** Relays that are open. */
    public long open() {
        return open;
    }

    /** Clients whose first bytes are waited for. */
    public long waiting() {
        return waiting;
    }

    /** Clients that wait in the kernel's queue, of a listener that is paused; else not counted. In copies alone. */
    public long queued() {
        return queued;
    }

    /** Clients that were refused; for descriptors, pauses in accepting. */
    public EnumCounter<RefuseReason> refused() {
        return refused;
    }

    /** Clients that a dry run would have refused. */
    public EnumCounter<RefuseReason> wouldRefuse() {
        return wouldRefuse;
    }

    /** PROXY headers that were accepted. */
    public EnumCounter<HeaderKind> headers() {
        return headers;
    }

    /** What has led clients whose ClientHello was waited for. */
    public EnumCounter<HelloResult> hellos() {
        return hellos;
    }

    /** ClientHellos with the extension of an encrypted one (ECH). */
    public long encryptedHellos() {
        return encryptedHellos;
    }

    /** What a PROXY header is. */
    public enum HeaderKind {
        /** Text that conveys a client. */
        V1_PROXY("v1", "proxy"),
        /** Text that conveys nobody. */
        V1_UNKNOWN("v1", "unknown"),
        /** Binary that conveys a client. */
        V2_PROXY("v2", "proxy"),
        /** Binary that conveys nobody. */
        V2_LOCAL("v2", "local");

        private final String version;
        private final String command;

        HeaderKind(String version, String command) {
            this.version = version;
            this.command = command;
        }

        /** {@code v1} or {@code v2}. */
        public String version() {
            return version;
        }

        /** {@code proxy}, {@code unknown} or {@code local}. */
        public String command() {
            return command;
        }
    }
}
