package io.vipgate.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The terminal while a live view has it: its alternate screen, without echo, keys one by one. Given back as it was, also
 * when a signal ends the process. Its modes are stty(1)'s matter; nothing in the JDK knows them.
 *
 * <p>Confined to the main thread; only {@link #close} may come from another.
 */
final class Terminal implements AutoCloseable {
    private static final String BEGIN = "\u001b[?1049h\u001b[?25l";
    private static final String END = "\u001b[?25h\u001b[?1049l";
    private static final String HOME = "\u001b[H";
    private static final String REST_OF_LINE = "\u001b[K";
    private static final String REST_OF_SCREEN = "\u001b[J";
    private static final int STTY_SECONDS = 5;

    private final PrintStream out = System.out;
    private final String modes;
    private final AtomicBoolean isClosed = new AtomicBoolean();
    private final Thread onExit = Thread.ofPlatform().unstarted(this::restore);

    private Terminal(String modes) {
        this.modes = modes;
    }

    /**
     * Takes the terminal.
     *
     * @throws CommandException if standard input and output are none
     */
    static Terminal open() {
        if (!AnsiStyle.isTerminal(0) || !AnsiStyle.isTerminal(1)) {
            throw new CommandException(ExitStatus.USAGE, "standard input and output must be a terminal; elsewhere "
                    + "`vipgate status` says the same");
        }
        Terminal terminal = new Terminal(stty("-g").strip());
        Runtime.getRuntime().addShutdownHook(terminal.onExit);
        // Reads wait for a fifth of a second at most. Ctrl-C stays a signal.
        stty("-icanon", "-echo", "min", "0", "time", "2");
        terminal.out.print(BEGIN);
        terminal.out.flush();
        return terminal;
    }

    private static String stty(String... arguments) {
        List<String> command = new java.util.ArrayList<>(List.of("stty"));
        command.addAll(List.of(arguments));
        try {
            Process stty = new ProcessBuilder(command).redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            String answer = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            if (stty.waitFor(STTY_SECONDS, TimeUnit.SECONDS) && stty.exitValue() == 0) {
                return answer;
            }
        } catch (IOException e) {
            throw new CommandException(ExitStatus.FAILED, "stty(1) is needed: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new CommandException(ExitStatus.FAILED, "stty(1) can't set up the terminal");
    }

    /** Rows and columns now. */
    int[] size() {
        String[] numbers = stty("size").strip().split(" ", -1);
        int rows = numbers.length == 2 ? Integer.parseInt(numbers[0]) : 0;
        int columns = numbers.length == 2 ? Integer.parseInt(numbers[1]) : 0;
        return new int[]{rows > 0 ? rows : 24, columns > 0 ? columns : 80};
    }

    void show(List<String> lines) {
        StringBuilder screen = new StringBuilder(HOME);
        lines.forEach(line -> screen.append(line).append(REST_OF_LINE).append("\r\n"));
        out.print(screen.append(REST_OF_SCREEN));
        out.flush();
    }

    /** Waits for a key; false when none of these came in time. */
    boolean awaitKey(Duration time, String keys) throws IOException {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            int key = System.in.read();
            if (key >= 0 && keys.indexOf(key) >= 0) {
                return true;
            }
        }
        return false;
    }

    private void restore() {
        if (isClosed.compareAndSet(false, true)) {
            out.print(END);
            out.flush();
            String _ = stty(modes);
        }
    }

    @Override
    public void close() {
        restore();
        try {
            boolean _ = Runtime.getRuntime().removeShutdownHook(onExit);
        } catch (IllegalStateException e) {
            // The process ends already, and the hook has nothing left to do.
        }
    }
}
