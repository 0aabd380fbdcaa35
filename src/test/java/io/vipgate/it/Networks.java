package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Named network namespaces of this test run. Closing them removes them, with all that was made in them. Needs root and
 * ip(8).
 *
 * <p>Confined to the thread of its test.
 */
final class Networks implements AutoCloseable {
    private final List<String> names = new ArrayList<>();

    /**
     * Makes one.
     *
     * @return its name, which no other run has
     */
    String add(String name) throws Exception {
        String unique = "vipgate-it-" + ProcessHandle.current().pid() + "-" + name;
        ip("netns add " + unique);
        names.add(unique);
        return unique;
    }

    /** Runs ip(8); its arguments are separated by blanks. */
    static void ip(String arguments) throws IOException, InterruptedException {
        Process ip = new ProcessBuilder(("ip " + arguments).split(" ", -1)).redirectErrorStream(true).start();
        String said = new String(ip.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(ip.waitFor()).as("ip %s: %s", arguments, said).isZero();
    }

    @Override
    public void close() throws IOException {
        for (String name : names) {
            try {
                ip("netns delete " + name);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
