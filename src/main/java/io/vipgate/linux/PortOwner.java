package io.vipgate.linux;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Finds the process that listens on a TCP port, where {@code /proc} shows it (proc(5): net/tcp, fd).
 *
 * <p>Immutable.
 */
public final class PortOwner {
    private static final String LISTEN = "0A";
    /** What the words of an IPv4-mapped address begin with. */
    private static final String MAPPED = "0000000000000000FFFF0000";
    private static final int IPV4_DIGITS = 8;
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
        Set<String> sockets = listening(port, listed -> isInTheWay(address, listed));
        if (sockets.isEmpty()) {
            return Optional.empty();
        }
        // Where two gateways meet, the other one is meant.
        Optional<String> own = Optional.empty();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (holdsAny(process, sockets)) {
                    Optional<String> found = Optional.of(name(process) + " (pid " + process.getFileName() + ")");
                    if (!process.endsWith(Long.toString(ProcessHandle.current().pid()))) {
                        return found;
                    }
                    own = found;
                }
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return own;
    }

    /**
     * Whether a socket of the same family listens there that this process does not hold; false where {@code /proc} does not
     * tell.
     *
     * @param address an unspecified one stands for all of its family
     * @param isDualStack both families are meant
     */
    static boolean hasStranger(InetAddress address, boolean isDualStack, int port) {
        boolean isIpv4 = address instanceof Inet4Address;
        Predicate<String> matches = listed -> (isDualStack || isIpv4(listed) == isIpv4) && isInTheWay(address, listed);
        Set<String> sockets = listening(port, matches);
        if (!sockets.isEmpty()) {
            sockets.removeAll(heldBy(Path.of("/proc/self")));
        }
        if (!sockets.isEmpty()) {
            // One of our own may have been closed between the two looks.
            sockets.retainAll(listening(port, matches));
        }
        return !sockets.isEmpty();
    }

    /** Sockets that listen there, as the descriptors of their owners name them. */
    private static Set<String> listening(int port, Predicate<String> matches) {
        Set<String> sockets = new HashSet<>();
        for (String table : List.of("tcp", "tcp6")) {
            addListening(Path.of("/proc/thread-self/net", table), port, matches, sockets);
        }
        return sockets;
    }

    private static void addListening(Path table, int port, Predicate<String> matches, Set<String> sockets) {
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        try (BufferedReader lines = Files.newBufferedReader(table)) {
            String line = lines.readLine();
            for (line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] fields = line.trim().split("\\s+", -1);
                if (fields.length <= INODE || !fields[STATE].equals(LISTEN)) {
                    // Connections follow after all that listen, a quarter of a million perhaps.
                    return;
                }
                String address = fields[LOCAL_ADDRESS];
                if (address.endsWith(suffix) && matches.test(address.substring(0, address.indexOf(':')))) {
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
        return wanted.isAnyLocalAddress() || listed.chars().allMatch(digit -> digit == '0')
                || listed.endsWith(asListed(wanted.getAddress()));
    }

    private static boolean isIpv4(String listed) {
        return listed.length() == IPV4_DIGITS || listed.startsWith(MAPPED);
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
        return heldBy(process).stream().anyMatch(sockets::contains);
    }

    /** What the descriptors of a process are; nothing for another user's process, or one that has just ended. */
    private static Set<String> heldBy(Path process) {
        Set<String> held = new HashSet<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                held.add(linkTarget(descriptor));
            }
        } catch (IOException | DirectoryIteratorException e) {
            return held;
        }
        return held;
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
