package io.vipgate.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.linux.Errno;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectFailureTest {
    @ParameterizedTest
    @CsvSource({Errno.EACCES + ", LOCAL, UNREACHABLE", Errno.ENOMEM + ", LOCAL, LOCAL",
        Errno.ENOBUFS + ", LOCAL, LOCAL",
        Errno.ECONNREFUSED + ", REFUSED, REFUSED", Errno.EPIPE + ", RESET, RESET",
        Errno.EHOSTUNREACH + ", UNREACHABLE, UNREACHABLE"})
    void whatIsToldLaterCameFromOutsideUnlessMemoryIsShort(int errno, ConnectFailure atOnce, ConnectFailure later) {
        assertThat(ConnectFailure.of(errno)).isEqualTo(atOnce);
        assertThat(ConnectFailure.ofSocketError(errno)).isEqualTo(later);
    }
}
