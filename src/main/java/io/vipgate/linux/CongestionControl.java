package io.vipgate.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A congestion-control algorithm of the kernel, for example {@code cubic} or {@code bbr}: how fast a connection sends.
 *
 * <p>Immutable.
 *
 * @param name as the kernel knows it, at most 15 characters
 */
public record CongestionControl(String name) {
    /** TCP_CA_NAME_MAX, the zero at its end included. */
    static final int BYTES = 16;

    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,15}");

    /** Checks the form of the name, not whether this machine has it. */
    public CongestionControl {
        if (!isName(name)) {
            throw new IllegalArgumentException("no name of an algorithm: " + name);
        }
    }

    /** Whether it may be a name. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** What connections have that nobody chose for; empty where that can't be read. */
    static Optional<CongestionControl> ofSystem() {
        return Sysctl.read("net.ipv4.tcp_congestion_control").filter(CongestionControl::isName)
                .map(CongestionControl::new);
    }

    /** Asks the kernel whether this process may have it; why not, and what can be done, or empty. */
    public Optional<String> refusal() {
        SystemCalls systemCalls = new LinuxSystemCalls();
        int fd = systemCalls.socket(SystemCalls.AF_INET);
        if (fd < 0) {
            return Optional.of("socket: " + Errno.text(-fd));
        }
        int result = systemCalls.setCongestion(fd, this);
        systemCalls.close(fd);
        return result == 0 ? Optional.empty() : Optional.of(reason(-result));
    }

    private String reason(int errno) {
        String available = Sysctl.read("net.ipv4.tcp_available_congestion_control").orElse("");
        if (errno == Errno.EPERM || Arrays.asList(available.split(" ")).contains(name)) {
            return name
                    + " is not allowed without CAP_NET_ADMIN, only those of net.ipv4.tcp_allowed_congestion_control "
                    + "are: " + Sysctl.read("net.ipv4.tcp_allowed_congestion_control").orElse("");
        }
        return name + " is not available on this machine, try modprobe tcp_" + name + "; there are: " + available;
    }

    void writeTo(MemorySegment bytes) {
        bytes.asSlice(0, BYTES).fill((byte) 0);
        for (int i = 0; i < name.length(); i++) {
            bytes.set(ValueLayout.JAVA_BYTE, i, (byte) name.charAt(i));
        }
    }
}
