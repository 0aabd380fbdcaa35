package io.vipgate.process;

import io.vipgate.config.BindAddress;
import io.vipgate.config.GatewayConfig;
import io.vipgate.control.SocketStore;
import io.vipgate.linux.InheritedSockets;
import io.vipgate.linux.NotifySocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listening sockets in the service manager's descriptor store, sd_pid_notify_with_fds(3): after a crash, a kill or an end for
 * lack of memory they go on listening there, and the process that the service manager starts then takes them over, by the
 * names of their addresses. Without a service manager, or where its unit has no {@code FileDescriptorStoreMax=}, nothing is
 * kept.
 *
 * <p>Not kept: a port that the kernel chose, which means nothing to the next process, and an address with a zone.
 *
 * <p>Confined to the thread that starts the gateway, then to the control thread.
 */
public final class ListenerStore implements SocketStore {
    private static final Logger LOG = LoggerFactory.getLogger(ListenerStore.class);

    private static final String PREFIX = "listen-";
    private static final Duration MAX_WAIT = Duration.ofSeconds(1);
    /** A store's own bound of descriptors in a message is 253. */
    private static final int PER_MESSAGE = 200;

    private final Optional<NotifySocket> manager;
    private final InheritedSockets inherited;
    /** How many the service manager keeps; empty when it does not say, as systemd before 254. */
    private final OptionalInt most;
    /** How many sockets of each name it is to keep. */
    private final Map<String, Integer> kept = new HashMap<>();
    /** Of the last message. */
    private boolean isTaken = true;
    private boolean isTooSmall;

    /**
     * The store of the service manager that the environment names, with what it has handed this process.
     *
     * @param environment NOTIFY_SOCKET, FDSTORE, LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES
     * @param pid this process
     */
    public ListenerStore(Map<String, String> environment, long pid) {
        manager = SystemdNotifier.socket(environment);
        inherited = new InheritedSockets(environment, pid);
        most = number(environment.getOrDefault("FDSTORE", ""));
    }

    private static OptionalInt number(String text) {
        try {
            return OptionalInt.of(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            return OptionalInt.empty();
        }
    }

    /**
     * Gives up what a configuration has no use for. To be called before anything is bound: an address that is kept can't be
     * bound again, nor one that it covers.
     */
    public void retain(GatewayConfig config) {
        Set<String> wanted = new HashSet<>();
        config.listeners().values().forEach(listener -> listener.bind().stream().filter(ListenerStore::isKept)
                .forEach(bind -> wanted.add(name(bind))));
        List<String> unwanted = inherited.names().stream().filter(name -> !wanted.contains(name)).toList();
        for (String name : unwanted) {
            List<Integer> descriptors = inherited.take(name);
            inherited.close(descriptors);
            if (name.startsWith(PREFIX)) {
                LOG.info(
                        "the service manager has kept {}, where no listener listens any more; who waits there is reset",
                        name.substring(PREFIX.length()));
            } else {
                LOG.warn(
                        "the service manager has handed over {} descriptors called {} that are none of the gateway's own: "
                                + "closed (socket units are not used)",
                        descriptors.size(), name);
            }
        }
        remove(unwanted);
    }

    @Override
    public List<Integer> take(BindAddress bind) {
        if (!isKept(bind)) {
            return List.of();
        }
        List<Integer> fit = new ArrayList<>();
        List<Integer> others = new ArrayList<>();
        for (int fd : inherited.take(name(bind))) {
            boolean fits = inherited.isListening(fd, bind.address().orElse(null), bind.port());
            (fits ? fit : others).add(fd);
        }
        inherited.close(others);
        if (!fit.isEmpty()) {
            LOG.info("{} listening sockets of {} were kept by the service manager, with who waits there", fit.size(),
                    bind);
        }
        return fit;
    }

    @Override
    public void keep(BindAddress bind, List<Integer> sockets) {
        if (manager.isPresent() && isKept(bind)) {
            // Only what is kept from now on: there may have been more of them.
            boolean areTaken = tell("FDSTOREREMOVE=1\nFDNAME=" + name(bind), List.of());
            for (int i = 0; i < sockets.size(); i += PER_MESSAGE) {
                // FDPOLL=0: the store is not to look whether they are of use.
                areTaken &= tell("FDSTORE=1\nFDPOLL=0\nFDNAME=" + name(bind),
                        sockets.subList(i, Math.min(sockets.size(), i + PER_MESSAGE)));
            }
            if (!areTaken) {
                LOG.warn(
                        "the service manager did not take the listening sockets of {}: after a crash its clients are refused",
                        bind);
            }
            kept.put(name(bind), sockets.size());
            warnIfTooSmall();
        }
    }

    private void warnIfTooSmall() {
        int sum = kept.values().stream().mapToInt(Integer::intValue).sum();
        boolean wasTooSmall = isTooSmall;
        isTooSmall = most.isPresent() && sum > most.getAsInt();
        if (isTooSmall && !wasTooSmall) {
            LOG.warn(
                    "FileDescriptorStoreMax={} of the unit is too small: there is a listening socket for each address and "
                            + "event loop, and the clients of those that are not kept are refused after a crash; raise it",
                    most.getAsInt());
        }
    }

    /** Waits while the service manager's queue is full, but not for one that has not taken the last message either. */
    private boolean tell(String text, List<Integer> descriptors) {
        isTaken = manager.isPresent()
                && manager.get().send(text, descriptors, isTaken ? MAX_WAIT : Duration.ZERO);
        return isTaken;
    }

    @Override
    public void release(Collection<BindAddress> binds) {
        remove(binds.stream().filter(ListenerStore::isKept).map(ListenerStore::name).toList());
    }

    private void remove(List<String> names) {
        if (manager.isPresent() && !names.isEmpty()) {
            names.forEach(name -> {
                kept.remove(name);
                boolean _ = tell("FDSTOREREMOVE=1\nFDNAME=" + name, List.of());
            });
            if (!manager.get().await(MAX_WAIT)) {
                LOG.debug("the service manager has not said that it let go of {}", names);
            }
        }
    }

    private static boolean isKept(BindAddress bind) {
        return bind.port() != 0 && bind.zone().isEmpty();
    }

    /** The address in a form that the service manager allows: without colons. */
    private static String name(BindAddress bind) {
        return PREFIX + bind.toString().replace(':', '_');
    }
}
