package io.vipgate.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.ProbeConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecProbeTest {
    private static final InetSocketAddress ADDRESS = new InetSocketAddress("192.0.2.1", 80);

    @TempDir
    private Path directory;

    @Test
    void exitStatusZeroPasses() throws Exception {
        assertThat(Checks.check(Checks.exec(Checks.AMPLE, "true"), ADDRESS))
                .isEqualTo(ProbeResult.pass("exit status 0"));
    }

    @Test
    void anotherExitStatusFailsWithTheLastLineSaid() throws Exception {
        assertThat(Checks.check(script(Checks.AMPLE, "echo begin; echo 'disk full' >&2; echo; exit 3"), ADDRESS))
                .isEqualTo(ProbeResult.fail("exit status 3: disk full"));
    }

    @Test
    void theCommandIsToldWhomToCheck() throws Exception {
        ProbeConfig config = script(Checks.AMPLE, "echo $VIPGATE_ENDPOINT $VIPGATE_ADDRESS");

        assertThat(Checks.check(config, ADDRESS).cause()).isEqualTo("exit status 0: web/vip1 192.0.2.1:80");
        assertThat(Checks.check(config, new InetSocketAddress("2001:db8::1", 443)).cause())
                .isEqualTo("exit status 0: web/vip1 [2001:db8::1]:443");
    }

    @Test
    void argumentsReachTheCommandAsTheyStand() throws Exception {
        assertThat(Checks.check(Checks.exec(Checks.AMPLE, "echo", "$HOME;", "a  b", "*"), ADDRESS).cause())
                .isEqualTo("exit status 0: $HOME; a  b *");
    }

    @Test
    void theCommandHasNoInput() throws Exception {
        assertThat(Checks.check(Checks.exec(Checks.AMPLE, "cat"), ADDRESS).cause()).isEqualTo("exit status 0");
    }

    @Test
    void aCommandThatPrintsMuchIsNeitherBlockedNorKept() throws Exception {
        ProbeConfig config = script(Checks.AMPLE, "echo first; head -c 3000000 /dev/zero; echo last; exit 1");

        ProbeResult result = Checks.check(config, ADDRESS);

        assertThat(result.outcome()).isEqualTo(ProbeResult.Outcome.FAIL);
        assertThat(result.cause()).startsWith("exit status 1: ????").hasSizeLessThan(300);
    }

    @Test
    void aCommandThatCannotBeStartedSaysNothingOfTheEndpoint() throws Exception {
        ProbeResult result = Checks.check(Checks.exec(Checks.AMPLE, "/no/such/command"), ADDRESS);

        assertThat(result.outcome()).isEqualTo(ProbeResult.Outcome.INCONCLUSIVE);
        assertThat(result.isLocal()).as("however often").isTrue();
        assertThat(result.cause()).contains("/no/such/command");
    }

    @Test
    void atTheDeadlineTheCommandIsKilled() throws Exception {
        Probe probe = Checks.probe(script(Checks.SHORT, record("$$") + "echo waiting; exec sleep 1000"));

        assertThat(Checks.checkInVain(probe, ADDRESS).cause()).isIn("not over in 150 ms: waiting",
                "not over in 150 ms");
        assertAllGone(1);
    }

    @Test
    void aCommandThatPrintsWithoutEndIsKilledAtTheDeadline() throws Exception {
        Checks.checkInVain(Checks.probe(Checks.exec(Checks.SHORT, "yes")), ADDRESS);
    }

    @Test
    void itsDescendantsDieWithIt() throws Exception {
        // A child, a grandchild, and one whose parent has ended: nobody's descendant any more.
        String script = record("$$") + "sleep 1000 & " + record("$!")
                + "sh -c 'sleep 1000 & echo $! >> " + pids() + "; wait' & " + record("$!")
                + "(sleep 1000 & " + record("$!") + ") ; wait";
        Probe probe = Checks.probe(script(Duration.ofSeconds(1), script));

        ProbeResult result = Checks.check(probe, ADDRESS, Duration.ofSeconds(1));

        assertThat(result.outcome()).isEqualTo(ProbeResult.Outcome.TIMEOUT);
        assertAllGone(5);
    }

    @Test
    void whoForksWithoutEndIsOutrun() throws Exception {
        // Each lives for a moment only, so that there are never many of them.
        String script = "i=0; while [ $i -lt 20000 ]; do (" + record("$$") + "exec sleep 0.2) & i=$((i+1)); done; wait";
        Checks.checkInVain(Checks.probe(script(Checks.SHORT, script)), ADDRESS);

        List<Long> recorded = recorded();
        assertThat(Checks.check(Checks.exec(Checks.AMPLE, "true"), ADDRESS).outcome())
                .isEqualTo(ProbeResult.Outcome.PASS);
        assertThat(recorded()).isEqualTo(recorded);
    }

    @Test
    void whatACommandLeavesInTheBackgroundDoesNotHoldUpItsEnd() throws Exception {
        ProbeResult result = Checks.check(script(Checks.AMPLE, "sleep 1000 & " + record("$!") + "echo done"), ADDRESS);

        assertThat(result).isEqualTo(ProbeResult.pass("exit status 0: done"));
        for (long pid : recorded()) {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    void whoHasWipedItsEnvironmentAndLeftItsParentsDiesWithIt() throws Exception {
        String lost = "(env -i setsid sh -c '" + record("$$") + "sleep 1000 & " + record("$!") + "wait' &) ; ";
        Probe probe = Checks.probe(script(Duration.ofSeconds(1), lost + "wait; exec sleep 1000"));

        assertThat(Checks.check(probe, ADDRESS, Duration.ofSeconds(1)).outcome())
                .isEqualTo(ProbeResult.Outcome.TIMEOUT);
        assertAllGone(2);
    }

    @Test
    void whatACommandLeavesBehindThatEndsInTimeDiesWhenItsTimeIsOver() throws Exception {
        String lost = "(env -i setsid sh -c '" + record("$$") + "exec sleep 1000' > /dev/null 2>&1 &) ; ";
        String untilRecorded = "until [ -s " + pids() + " ]; do sleep 0.01; done; echo done";
        Probe probe = Checks.probe(script(Duration.ofSeconds(3), lost + untilRecorded));

        assertThat(Checks.check(probe, ADDRESS, Duration.ofSeconds(3)))
                .isEqualTo(ProbeResult.pass("exit status 0: done"));
        assertAllGone(1);
    }

    @Test
    void theProgramsThatOthersLeaveBehindAreNotKilled() throws Exception {
        Process other = new ProcessBuilder("env", "-i", "setsid", "sleep", "1000").start();
        try {
            Checks.checkInVain(Checks.probe(Checks.exec(Checks.SHORT, "sleep", "1000")), ADDRESS);
            assertThat(other.isAlive()).isTrue();
        } finally {
            other.destroyForcibly().waitFor();
        }
    }

    @Test
    void nobodyWhoLostItsParentStaysAZombie() throws Exception {
        // The orphan ends before its time is over; the next command's end finds it.
        Checks.check(script(Checks.AMPLE, "(setsid sh -c '" + record("$$") + "' > /dev/null 2>&1 &)"), ADDRESS);
        awaitRecords(1);
        Probe next = Checks.probe(Checks.exec(Checks.AMPLE, "true"));

        await(() -> {
            assertThat(checked(next).outcome()).isEqualTo(ProbeResult.Outcome.PASS);
            return !Files.exists(Path.of("/proc", Long.toString(recorded().getFirst())));
        });
    }

    private static ProbeResult checked(Probe probe) {
        try {
            return Checks.check(probe, ADDRESS, Checks.AMPLE);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anEndpointHasOneCommandRunningAtMost() throws Exception {
        Path go = directory.resolve("go");
        Probe probe = Checks.probe(script(Checks.AMPLE, record("$$") + "until [ -e " + go + " ]; do sleep 0.01; done"));
        CompletableFuture<ProbeResult> first = Checks.begin(probe, ADDRESS, Checks.AMPLE);
        awaitRecords(1);

        assertThat(Checks.check(probe, ADDRESS, Checks.AMPLE)).isEqualTo(ProbeResult.inconclusive("still running"));

        Files.createFile(go);
        assertThat(first.get(10, TimeUnit.SECONDS).outcome()).isEqualTo(ProbeResult.Outcome.PASS);
        assertThat(Checks.check(probe, ADDRESS, Checks.AMPLE).outcome()).isEqualTo(ProbeResult.Outcome.PASS);
    }

    @Test
    void cancellingKillsTheCommand() throws Exception {
        Probe probe = Checks.probe(script(Checks.AMPLE, record("$$") + "exec sleep 1000"));

        Checks.cancelEnds(probe, ADDRESS, () -> awaitRecords(1), () -> {});

        assertAllGone(1);
    }

    private static ProbeConfig script(Duration timeout, String script) {
        return Checks.exec(timeout, "sh", "-c", script);
    }

    private Path pids() {
        return directory.resolve("pids");
    }

    /** Has the script write down a process of its own. */
    private String record(String pid) {
        return "echo " + pid + " >> " + pids() + "; ";
    }

    private List<Long> recorded() throws IOException {
        return Files.exists(pids()) ? Files.readAllLines(pids()).stream().map(Long::valueOf).toList() : List.of();
    }

    private void awaitRecords(int count) {
        try {
            await(() -> recorded().size() >= count);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void assertAllGone(int count) throws IOException {
        List<Long> left = new ArrayList<>(recorded());
        assertThat(left).hasSize(count);
        await(() -> {
            left.removeIf(pid -> !isRunning(pid));
            return left.isEmpty();
        });
    }

    /** False also for one that is dead and waits to be reaped: whoever has inherited it sees to that. */
    private static boolean isRunning(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException _) {
            return false;
        }
    }

    private static void await(Condition condition) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds() throws IOException;
    }
}
