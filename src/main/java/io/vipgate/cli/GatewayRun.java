package io.vipgate.cli;

import io.vipgate.config.Loaded;
import io.vipgate.config.Problem;
import io.vipgate.control.StartException;
import io.vipgate.process.FileIdentity;
import io.vipgate.process.GatewayProcess;
import io.vipgate.process.GatewayServer;
import io.vipgate.process.ListenerStore;
import io.vipgate.process.Logging;
import io.vipgate.process.Reloader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code vipgate run} does: a gateway from its start until a signal ends it.
 *
 * <p>Confined to the main thread.
 */
final class GatewayRun {
    private GatewayRun() {}

    /**
     * The configuration that a plain {@code run} names. picocli reads its own classes and the annotations of every command,
     * which takes a quarter of a second of a start on one processor; this one command line goes without.
     *
     * @return null for every command line but {@code run} and {@code run -c FILE}
     */
    static @Nullable Path plain(String... arguments) {
        if (arguments.length == 0 || !arguments[0].equals("run")) {
            return null;
        }
        if (arguments.length == 1) {
            return ConfigFile.locate(null);
        }
        boolean isNamed = arguments.length == 3 && (arguments[1].equals("-c") || arguments[1].equals("--config"));
        // To picocli, @FILE is a file with arguments.
        return isNamed && !arguments[2].isEmpty() && "-@".indexOf(arguments[2].charAt(0)) < 0
                ? Path.of(arguments[2])
                : null;
    }

    /**
     * Runs a gateway. Whatever ends it that is not foreseen is one line, and the end of the process: threads that are left
     * would keep half a gateway alive.
     *
     * @return the exit status
     */
    static int run(Path file, PrintWriter err) {
        try {
            return runOrThrow(file, err);
        } catch (Throwable e) {
            err.println("vipgate: " + StartFault.describe(e));
            err.flush();
            // Without shutdown hooks: they are threads, which may be what there is no room for.
            Runtime.getRuntime().halt(ExitStatus.FAILED);
            return ExitStatus.FAILED;
        }
    }

    private static int runOrThrow(Path file, PrintWriter err) {
        FileIdentity read = FileIdentity.of(file);
        Optional<Loaded> loaded = ConfigFile.load(file, err);
        if (loaded.isEmpty()) {
            return ExitStatus.USAGE;
        }
        Optional<String> lacking = StartFault.ofDevices().or(() -> StartFault.ofThreads(loaded.get().config()));
        if (lacking.isPresent()) {
            err.println("vipgate: " + lacking.get());
            err.flush();
            return ExitStatus.FAILED;
        }
        Logging.apply(loaded.get().config().log());
        Logging.takeStandardStreams();
        Logger log = LoggerFactory.getLogger(RunCommand.class);
        for (Problem warning : loaded.get().warnings()) {
            log.warn("{}", warning);
        }
        GatewayProcess.takeName();
        ListenerStore store = new ListenerStore(System.getenv(), ProcessHandle.current().pid());
        store.retain(loaded.get().config());
        try (GatewayProcess process = GatewayProcess.start();
                GatewayServer server = GatewayServer.start(loaded.get().config(), store)) {
            log.info("{}", server.gateway().describe());
            Reloader reloader = new Reloader(server, file, read, System.getenv());
            process.serve(server, reloader, loaded.get());
            return ExitStatus.OK;
        } catch (StartException e) {
            log.error("{}", e.getMessage());
            return ExitStatus.FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitStatus.FAILED;
        }
    }
}
