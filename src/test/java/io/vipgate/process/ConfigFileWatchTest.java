package io.vipgate.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileWatchTest {
    private static final int BOUND_SECONDS = 10;
    /** More than two looks. */
    private static final int LONG_MILLIS = 2_500;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private final Semaphore replaced = new Semaphore(0);
    private final Semaphore others = new Semaphore(0);

    @Test
    void aRenameOverTheFileIsSeen() throws Exception {
        Path file = Files.writeString(directory.resolve("gateway.yaml"), "a");
        try (ConfigFileWatch _ = ConfigFileWatch.start(file, FileIdentity.of(file), () -> true, () -> false,
                replaced::release, others::release)) {
            Path next = Files.writeString(directory.resolve("next"), "b");
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);

            assertThat(replaced.tryAcquire(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aLinkFurtherUpThePathThatLeadsElsewhereIsSeen() throws Exception {
        Files.writeString(Files.createDirectories(directory.resolve("1")).resolve("gateway.yaml"), "a");
        Files.writeString(Files.createDirectories(directory.resolve("2")).resolve("gateway.yaml"), "b");
        Path data = Files.createSymbolicLink(directory.resolve("data"), Path.of("1"));
        Path file = Files.createSymbolicLink(directory.resolve("gateway.yaml"), Path.of("data/gateway.yaml"));
        try (ConfigFileWatch _ = ConfigFileWatch.start(file, FileIdentity.of(file), () -> true, () -> false,
                replaced::release, others::release)) {
            Path next = Files.createSymbolicLink(directory.resolve("next"), Path.of("2"));
            Files.move(next, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);

            assertThat(replaced.tryAcquire(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aWriteIntoTheFileIsNotActedOn() throws Exception {
        Path file = Files.writeString(directory.resolve("gateway.yaml"), "a");
        try (ConfigFileWatch _ = ConfigFileWatch.start(file, FileIdentity.of(file), () -> true, () -> false,
                replaced::release, others::release)) {
            Files.writeString(file, "half a fi");

            assertThat(replaced.tryAcquire(LONG_MILLIS, TimeUnit.MILLISECONDS)).isFalse();
        }
    }

    @Test
    void nothingIsActedOnWhileItIsNotWanted() throws Exception {
        Path file = Files.writeString(directory.resolve("gateway.yaml"), "a");
        try (ConfigFileWatch _ = ConfigFileWatch.start(file, FileIdentity.of(file), () -> false, () -> true,
                replaced::release, others::release)) {
            Path next = Files.writeString(directory.resolve("next"), "b");
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);

            assertThat(replaced.tryAcquire(LONG_MILLIS, TimeUnit.MILLISECONDS)).isFalse();
        }
    }

    @Test
    void otherFilesThatHaveChangedDoNotHaveTheFileRead() throws Exception {
        Path file = Files.writeString(directory.resolve("gateway.yaml"), "a");
        try (ConfigFileWatch _ = ConfigFileWatch.start(file, FileIdentity.of(file), () -> true, () -> true,
                replaced::release, others::release)) {
            assertThat(others.tryAcquire(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(replaced.availablePermits()).isZero();
        }
    }
}
