package io.vipgate.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * Counters that the kernel keeps for this network namespace (proc_pid_net(5)): for all programs in it together.
 *
 * <p>Stateless.
 */
public final class KernelCounters {
    private static final Path NETSTAT = Path.of("/proc/self/net/netstat");

    private KernelCounters() {}

    /** Clients that found an accept queue full, since the namespace was made; empty when the kernel does not tell. */
    public static OptionalLong listenOverflows() {
        try {
            return find(Files.readAllLines(NETSTAT), "TcpExt:", "ListenOverflows");
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /** Finds a number in pairs of lines: one with names, and one with a number below each of them. */
    static OptionalLong find(List<String> lines, String group, String name) {
        for (int i = 0; i + 1 < lines.size(); i++) {
            if (lines.get(i).startsWith(group) && lines.get(i + 1).startsWith(group)) {
                int column = List.of(lines.get(i).split(" ", -1)).indexOf(name);
                String[] numbers = lines.get(i + 1).split(" ", -1);
                if (column > 0 && column < numbers.length) {
                    return OptionalLong.of(Long.parseLong(numbers[column]));
                }
                i++;
            }
        }
        return OptionalLong.empty();
    }
}
