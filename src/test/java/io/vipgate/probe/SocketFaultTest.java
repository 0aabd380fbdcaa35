package io.vipgate.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.linux.Errno;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

class SocketFaultTest {
    @Test
    void whatTheEndpointOrTheWayToItDoesCounts() {
        assertThat(connecting(new ConnectException("Connection refused")))
                .isEqualTo(ProbeResult.fail("connection refused"));
        assertThat(connecting(new ConnectException("Connection timed out")))
                .isEqualTo(ProbeResult.timeout("connection timed out"));
        assertThat(connecting(new NoRouteToHostException("No route to host")))
                .isEqualTo(ProbeResult.fail("no route to host"));
        assertThat(connecting(new SocketException("Network is unreachable")))
                .isEqualTo(ProbeResult.fail("network is unreachable"));
        assertThat(connecting(new SocketException("Connection reset")))
                .isEqualTo(ProbeResult.fail("connection reset"));
    }

    @Test
    void whatThisMachineLacksDoesNot() {
        assertThat(connecting(new BindException("Cannot assign requested address")))
                .isEqualTo(ProbeResult.local("this machine: cannot assign requested address"));
        assertThat(connecting(new SocketException("No buffer space available")))
                .isEqualTo(ProbeResult.local("this machine: no buffer space available"));
        assertThat(connecting(new SocketException("Zu viele offene Dateien")).outcome())
                .isEqualTo(ProbeResult.Outcome.INCONCLUSIVE);
        assertThat(connecting(new IOException("No space left on device")).outcome())
                .isEqualTo(ProbeResult.Outcome.INCONCLUSIVE);
        for (String words : List.of("Too many open files", "Too many open files in system", "No buffer space available",
                "Cannot allocate memory", "Cannot assign requested address", "Operation not permitted",
                "No such device")) {
            assertThat(connected(new SocketException(words)).outcome()).as(words)
                    .isEqualTo(ProbeResult.Outcome.INCONCLUSIVE);
            assertThat(connecting(new SocketException(words)).outcome()).as(words)
                    .isEqualTo(ProbeResult.Outcome.INCONCLUSIVE);
        }
    }

    @Test
    void aConnectionThatBreaksCounts() {
        assertThat(connected(new SocketException("Broken pipe"))).isEqualTo(ProbeResult.fail("connection reset"));
        assertThat(connected(new SSLException("wrapped", new SocketException("Connection reset"))))
                .isEqualTo(ProbeResult.fail("connection reset"));
    }

    private static ProbeResult connecting(IOException fault) {
        return SocketFault.resultOf(fault, Conversation.Phase.CONNECT);
    }

    private static ProbeResult connected(IOException fault) {
        return SocketFault.resultOf(fault, Conversation.Phase.ANSWER);
    }

    /** What came from outside, by RST or ICMP, counts against the endpoint; memory that is short here does not. */
    @Test
    void errorOfASocketIsTheEndpointsOrTheWays() {
        assertThat(SocketFault.ofSocketError(Errno.EPIPE)).isEqualTo(ProbeResult.fail("connection reset"));
        assertThat(SocketFault.ofSocketError(Errno.EACCES)).isEqualTo(ProbeResult.fail("permission denied"));
        assertThat(SocketFault.ofSocketError(Errno.EHOSTUNREACH)).isEqualTo(ProbeResult.fail("no route to host"));
        assertThat(SocketFault.ofSocketError(Errno.ETIMEDOUT).outcome()).isEqualTo(ProbeResult.Outcome.TIMEOUT);
        assertThat(SocketFault.ofSocketError(Errno.ENOBUFS).isLocal()).isTrue();
    }
}
