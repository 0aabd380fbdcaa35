package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * vipgate as a process of its own, from the jar and with the launcher's flags. Closing it kills it.
 *
 * <p>Confined to the thread of its test.
 */
final class VipgateProcess implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(30);
    /** User and system time, the 14th and 15th field of proc(5) {@code /proc/pid/stat}; the second one ends at ")". */
    private static final Pattern CPU_TICKS = Pattern.compile("\\) \\S(?: \\S+){10} (\\d+) (\\d+) ");
    private static final Pattern RESIDENT_KIB = Pattern.compile("VmRSS:\\s+(\\d+) kB");
    /** USER_HZ, which is 100 on every architecture that vipgate runs on. */
    private static final long TICKS_PER_SECOND = 100;

    private final Process process;
    private final Path output;
    private final Path errors;

    private VipgateProcess(Path directory, List<String> command) throws IOException {
        output = Files.createTempFile(directory, "vipgate", ".out");
        errors = Files.createTempFile(directory, "vipgate", ".err");
        process = new ProcessBuilder(command).directory(directory.toFile()).redirectOutput(output.toFile())
                .redirectError(errors.toFile()).start();
    }

    /** Runs a command line of vipgate. */
    static VipgateProcess start(Path directory, String... arguments) throws Exception {
        return new VipgateProcess(directory, command(arguments));
    }

    /** The same with at most so many open files. */
    static VipgateProcess startWithFiles(int limit, Path directory, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("bash", "-c", "ulimit -n " + limit + "; exec \"$@\"", "bash"));
        command.addAll(command(arguments));
        return new VipgateProcess(directory, command);
    }

    /** The same in a named network namespace. */
    static VipgateProcess startIn(String namespace, Path directory, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        command.addAll(command(arguments));
        return new VipgateProcess(directory, command);
    }

    private static List<String> command(String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(launcherFlags());
        command.addAll(List.of("-jar", property("vipgate.jar")));
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    private static List<String> launcherFlags() throws Exception {
        Process launcher = new ProcessBuilder(Path.of(property("vipgate.basedir"), "vipgate").toString(),
                "--print-jvm-flags").redirectError(ProcessBuilder.Redirect.INHERIT).start();
        List<String> flags = launcher.inputReader().lines().toList();
        assertThat(launcher.waitFor()).as("exit status of the launcher").isZero();
        assertThat(flags).isNotEmpty();
        return flags;
    }

    private static String property(String name) {
        return Objects.requireNonNull(System.getProperty(name), name + " is not set; run these tests with mvn verify");
    }

    /** Waits until the gateway has said that it serves. */
    VipgateProcess awaitStart() {
        Await.until("the gateway serves", START, () -> errors().contains(" serves ") || !process.isAlive());
        assertThat(process.isAlive()).as("still runs; it said: %s", errors()).isTrue();
        return this;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Sends SIGTERM. */
    void terminate() {
        assertThat(process.toHandle().destroy()).isTrue();
    }

    /** Sends SIGHUP. */
    void hangUp() throws Exception {
        Process kill = new ProcessBuilder("kill", "-HUP", Long.toString(pid())).inheritIO().start();
        assertThat(kill.waitFor()).as("exit status of kill").isZero();
    }

    /** Waits for the end; returns the exit status. */
    int awaitExit(Duration bound) throws InterruptedException {
        assertThat(process.waitFor(bound.toNanos(), TimeUnit.NANOSECONDS)).as("ends within %s; it said: %s", bound,
                errors()).isTrue();
        return process.exitValue();
    }

    /** Standard output so far. */
    String output() {
        return read(output);
    }

    /** Standard error so far. */
    String errors() {
        return read(errors);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** User and system time of the process so far. */
    Duration cpuTime() throws IOException {
        Matcher stat = CPU_TICKS.matcher(Files.readString(Path.of("/proc", Long.toString(pid()), "stat")));
        assertThat(stat.find()).isTrue();
        long ticks = Long.parseLong(stat.group(1)) + Long.parseLong(stat.group(2));
        return Duration.ofMillis(ticks * TimeUnit.SECONDS.toMillis(1) / TICKS_PER_SECOND);
    }

    /** Descriptors that the process has open. */
    int files() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(pid()), "fd"))) {
            return (int) files.count();
        }
    }

    /** Changes RLIMIT_NOFILE of the running process, by prlimit(1) of util-linux. */
    void limitFiles(int limit) throws Exception {
        Process prlimit = new ProcessBuilder("prlimit", "--pid", Long.toString(pid()), "--nofile=" + limit).inheritIO()
                .start();
        assertThat(prlimit.waitFor()).as("exit status of prlimit").isZero();
    }

    /** Resident memory in bytes. */
    long residentBytes() throws IOException {
        String status = Files.readString(Path.of("/proc", Long.toString(pid()), "status"));
        Matcher line = RESIDENT_KIB.matcher(status);
        assertThat(line.find()).isTrue();
        return Long.parseLong(line.group(1)) << 10;
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        try {
            int _ = process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.getOutputStream().close();
    }
}
