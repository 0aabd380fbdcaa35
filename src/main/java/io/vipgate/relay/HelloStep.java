package io.vipgate.relay;

import io.vipgate.clienthello.ClientHello;
import io.vipgate.clienthello.HelloResult;
import io.vipgate.clienthello.HelloRoute;
import io.vipgate.linux.ClientAddress;
import io.vipgate.proxyprotocol.TlvTypes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * The ClientHello that a TLS client begins with, which says which pool it gets. It is looked at and stays in the socket. A client
 * that is still on its way when the routes change is led by the new ones.
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
        HelloStep present = client.listener().helloStep();
        if (present == null) {
            client.open(client.listener().pool());
        } else {
            present.read(client, seen);
        }
    }

    private void read(Preread client, int seen) {
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
            case INVALID -> {
                count(client, HelloResult.INVALID);
                client.refuse(RefuseReason.HELLO_INVALID, true);
            }
            case NOT_TLS -> {
                count(client, HelloResult.NOT_TLS);
                lead(client, routing.rejectsOthers(), RefuseReason.NOT_TLS);
            }
            case WHOLE -> onHello(client, hello);
        }
    }

    private void onHello(Preread client, ClientHello hello) {
        HelloRoute<LoopPool> route = routing.routes().of(hello);
        count(client, route.result());
        if (hello.hasEncrypted()) {
            client.listener().counts().onEncryptedHello();
        }
        client.greet(info(hello, route, route.target() == null ? client.listener().pool() : route.target()));
        if (route.target() != null) {
            client.open(route.target());
        } else if (route.result() == HelloResult.NO_NAME) {
            lead(client, routing.rejectsNameless(), RefuseReason.NO_SERVER_NAME);
        } else {
            lead(client, routing.rejectsUnknown(), RefuseReason.UNKNOWN_SERVER_NAME);
        }
    }

    /** Where none of the entries decides. */
    private static void lead(Preread client, boolean isRejected, RefuseReason reason) {
        if (!isRejected) {
            client.open(client.listener().pool());
        } else if (reason == RefuseReason.NOT_TLS) {
            client.refuse(reason, true);
        } else {
            alert(client);
            client.refuse(reason, false);
        }
    }

    /** A name that is written out in the configuration is not kept for each client again. */
    private static HelloInfo info(ClientHello hello, HelloRoute<LoopPool> route, LoopPool pool) {
        String name = !hello.hasName() ? null : route.result() == HelloResult.NAME ? route.entry() : hello.name();
        if (!pool.settings().header().fields().has(TlvTypes.ALPN)) {
            return new HelloInfo(name, null);
        }
        // Each character a byte, as everywhere that comes from the client.
        String decisive = new String(route.entry().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        return new HelloInfo(name, route.result() == HelloResult.ALPN ? decisive : hello.firstProtocol());
    }

    private static void count(Preread client, HelloResult result) {
        client.listener().counts().onHello(result);
    }

    /** Browsers tell their users why. */
    private static void alert(Preread client) {
        MemorySegment scratch = client.loop().scratch();
        MemorySegment.copy(UNRECOGNIZED_NAME, 0, scratch, ValueLayout.JAVA_BYTE, 0, UNRECOGNIZED_NAME.length);
        client.say(scratch.address(), UNRECOGNIZED_NAME.length);
    }
}
