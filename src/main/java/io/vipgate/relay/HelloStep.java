package io.vipgate.relay;

import io.vipgate.clienthello.ClientHello;
import io.vipgate.clienthello.ServerNameTable;
import io.vipgate.linux.ClientAddress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * The ClientHello that a TLS client begins with, which says which pool it gets. It is looked at and stays in the socket.
 *
 * <p>Confined to its event loop.
 */
final class HelloStep extends PrereadStep {
    /** A fatal alert, {@code unrecognized_name} (RFC 6066 section 3), in a record of TLS 1.2, which every version reads. */
    private static final byte[] UNRECOGNIZED_NAME = {21, 3, 3, 0, 2, 2, 112};

    private final TlsRouting routing;

    HelloStep(TlsRouting routing) {
        super(routing.timeoutNanos());
        this.routing = routing;
    }

    @Override
    int maxBytes() {
        return CopyPump.BUFFER_BYTES;
    }

    @Override
    RefuseReason late() {
        return RefuseReason.HELLO_TIMEOUT;
    }

    @Override
    RefuseReason left() {
        return RefuseReason.HELLO_LEFT;
    }

    @Override
    void warnOfLate(Preread client, ClientAddress peer) {
        // Browsers open connections ahead and say nothing on them: that is nobody's fault.
    }

    @Override
    void look(Preread client, int seen) {
        int begin = client.headerBytes();
        if (seen <= begin) {
            client.need(begin + 1);
            return;
        }
        MemorySegment bytes = client.loop().scratch().asSlice(begin);
        ClientHello hello = client.loop().clientHelloParser().parse(bytes, seen - begin,
                Math.min(routing.maxBytes(), maxBytes() - begin));
        switch (hello.kind()) {
            case INCOMPLETE -> client.need(begin + hello.needed());
            case INVALID -> client.refuse(RefuseReason.HELLO_INVALID, true);
            case NOT_TLS -> onOther(client);
            case WHOLE -> onHello(client, hello);
        }
    }

    private void onOther(Preread client) {
        if (routing.rejectsOthers()) {
            client.refuse(RefuseReason.HELLO_INVALID, true);
        } else {
            client.open(client.listener().pool());
        }
    }

    private void onHello(Preread client, ClientHello hello) {
        LoopPool byProtocol = hello.firstOf(routing.protocols());
        if (byProtocol != null) {
            client.open(byProtocol);
            return;
        }
        ServerNameTable.@Nullable Match<LoopPool> match = hello.isNameUsable()
                ? routing.names().find(hello.name())
                : null;
        if (match != null) {
            client.open(match.target());
        } else if (hello.hasName() ? routing.rejectsUnknown() : routing.rejectsNameless()) {
            alert(client);
            client.refuse(hello.hasName() ? RefuseReason.UNKNOWN_SERVER_NAME : RefuseReason.NO_SERVER_NAME, false);
        } else {
            client.open(client.listener().pool());
        }
    }

    /** Browsers tell their users why. */
    private static void alert(Preread client) {
        MemorySegment scratch = client.loop().scratch();
        MemorySegment.copy(UNRECOGNIZED_NAME, 0, scratch, ValueLayout.JAVA_BYTE, 0, UNRECOGNIZED_NAME.length);
        client.say(scratch.address(), UNRECOGNIZED_NAME.length);
    }
}
