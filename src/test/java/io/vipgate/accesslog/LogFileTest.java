package io.vipgate.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of the access log. */
final class LogFileTest {
    @TempDir
    private Path directory;

    @Test
    void aFileBehindALinkIsNotForEverybodyEither() throws IOException {
        Path real = directory.resolve("real");
        Path link = Files.createSymbolicLink(directory.resolve("link"), real);
        LogFile file = new LogFile(link, System::nanoTime);

        assertThat(file.open()).isTrue();
        assertThat(file.write(ByteBuffer.wrap("a line\n".getBytes(StandardCharsets.UTF_8)))).isZero();
        file.close();

        assertThat(real).hasContent("a line");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(real))).isEqualTo("rw-r-----");
    }
}
