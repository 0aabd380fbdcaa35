package io.vipgate.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the process that listens on a TCP port, where {@code /proc} shows it (proc(5): net/tcp, fd).
 *
 * <p>Immutable.
 */
public final class PortOwner {
    private static final String LISTEN = "0A";
    private static final int LOCAL_ADDRESS = 1;
    private static final int STATE = 3;
    private static final int INODE = 9;

    private PortOwner() {}

    /**
     * The owner's name and pid, such as {@code nginx (pid 812)}; empty when nobody listens, or when the process may not be
     * looked at.
     *
     * @param address who would listen there too keeps it from others; an unspecified address stands for all
     */
    public static Optional<String> of(InetAddress address, int port) {
        Set<String> sockets = new HashSet<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            addListening(Path.of(table), address, port, sockets);
        }
        if (sockets.isEmpty()) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (holdsAny(process, sockets)) {
                    return Optional.of(name(process) + " (pid " + process.getFileName() + ")");
                }
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    private static void addListening(Path table, InetAddress address, int port, Set<String> sockets) {
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        try {
            for (String line : Files.readAllLines(table)) {
                String[] fields = line.trim().split("\\s+", -1);
                if (fields.length > INODE && fields[STATE].equals(LISTEN) && fields[LOCAL_ADDRESS].endsWith(suffix)
                        && isInTheWay(address, fields[LOCAL_ADDRESS])) {
                    sockets.add("socket:[" + fields[INODE] + "]");
                }
            }
        } catch (IOException e) {
            // No such table, as with IPv6 switched off: nobody listens there.
            return;
        }
    }

    /** Whether a socket on the listed address takes what would come to the wanted one. */
    private static boolean isInTheWay(InetAddress wanted, String listed) {
        String hex = listed.substring(0, listed.indexOf(':'));
        return wanted.isAnyLocalAddress() || hex.chars().allMatch(digit -> digit == '0')
                || hex.endsWith(asListed(wanted.getAddress()));
    }

    /** As the tables write it: in words of 32 bits, each in the byte order of the machine, which is little-endian here. */
    private static String asListed(byte[] address) {
        StringBuilder hex = new StringBuilder();
        for (int word = 0; word < address.length; word += Integer.BYTES) {
            for (int i = Integer.BYTES - 1; i >= 0; i--) {
                hex.append(String.format(Locale.ROOT, "%02X", address[word + i]));
            }
        }
        return hex.toString();
    }

    private static boolean holdsAny(Path process, Set<String> sockets) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                if (sockets.contains(linkTarget(descriptor))) {
                    return true;
                }
            }
        } catch (IOException e) {
            // Another user's process, or one that has just ended.
            return false;
        }
        return false;
    }

    private static String linkTarget(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "";
        }
    }

    private static String name(Path process) {
        try {
            return Files.readString(process.resolve("comm")).trim();
        } catch (IOException e) {
            return "a process";
        }
    }
}
