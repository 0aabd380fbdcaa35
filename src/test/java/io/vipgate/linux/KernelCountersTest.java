package io.vipgate.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class KernelCountersTest {
    private static final List<String> LINES = List.of("TcpExt: SyncookiesSent ListenOverflows ListenDrops",
            "TcpExt: 1 42 43", "IpExt: InNoRoutes ListenOverflows", "IpExt: 7 8");

    @Test
    void findsANumberBelowItsName() {
        assertThat(KernelCounters.find(LINES, "TcpExt:", "ListenOverflows")).hasValue(42);
        assertThat(KernelCounters.find(LINES, "TcpExt:", "ListenDrops")).hasValue(43);
        assertThat(KernelCounters.find(LINES, "IpExt:", "ListenOverflows")).hasValue(8);
    }

    @Test
    void whatIsNotThereIsNotFound() {
        assertThat(KernelCounters.find(LINES, "TcpExt:", "TCPFuture")).isEmpty();
        assertThat(KernelCounters.find(LINES, "MPTcpExt:", "ListenOverflows")).isEmpty();
        assertThat(KernelCounters.find(List.of("TcpExt: ListenOverflows"), "TcpExt:", "ListenOverflows")).isEmpty();
        assertThat(KernelCounters.find(List.of(), "TcpExt:", "ListenOverflows")).isEmpty();
    }

    @Test
    void thisKernelCountsOverflows() {
        assertThat(KernelCounters.listenOverflows()).isPresent();
    }
}
