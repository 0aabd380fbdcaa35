package io.vipgate.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PipePoolTest {
    private final LinuxSystemCalls calls = new LinuxSystemCalls();

    /** The real calls, but pipes are what the test says and opening them is counted. */
    private SystemCalls withPipesOf(int bytes, List<Pipe> opened) {
        return (SystemCalls) Proxy.newProxyInstance(SystemCalls.class.getClassLoader(),
                new Class<?>[]{SystemCalls.class},
                (_, method, arguments) -> {
                    if (method.getName().equals("openPipe")) {
                        Pipe real = bytes == 0 ? null : calls.openPipe(bytes);
                        if (real != null) {
                            opened.add(real);
                        }
                        return real;
                    }
                    try {
                        return method.invoke(calls, arguments);
                    } catch (InvocationTargetException e) {
                        throw Objects.requireNonNull(e.getCause());
                    }
                });
    }

    private static Pipe taken(@Nullable Pipe pipe) {
        return Objects.requireNonNull(pipe);
    }

    @Test
    void pipesOfThisMachineAreWorthHaving() {
        PipePool pool = new PipePool(calls, 1);

        Pipe pipe = taken(pool.take());

        assertThat(pipe.capacity()).isGreaterThanOrEqualTo(64 << 10);
        pool.release(pipe);
        pool.close();
        assertThat(Tcp.isOpen(pipe.readFd())).isFalse();
        assertThat(Tcp.isOpen(pipe.writeFd())).isFalse();
    }

    @Test
    void theBoundHoldsOverPipesInUseAndPooled() {
        // given
        PipePool pool = new PipePool(calls, 2);
        Pipe first = taken(pool.take());
        Pipe second = taken(pool.take());

        // then
        assertThat(pool.take()).isNull();
        assertThat(pool.open()).isEqualTo(2);

        // when
        pool.release(first);

        // then
        assertThat(pool.pooled()).isEqualTo(1);
        assertThat(pool.take()).isSameAs(first);
        assertThat(pool.take()).isNull();
        pool.release(second);
        pool.release(first);
        pool.close();
        assertThat(pool.open()).isZero();
    }

    @Test
    void aPipeThatStillHoldsBytesIsClosedAndMakesRoom() {
        // given
        PipePool pool = new PipePool(calls, 1);
        Pipe full = taken(pool.take());
        full.onEntered(3);
        full.onLeft(2);

        // when
        pool.release(full);

        // then
        assertThat(Tcp.isOpen(full.readFd())).isFalse();
        assertThat(Tcp.isOpen(full.writeFd())).isFalse();
        assertThat(pool.open()).isZero();
        assertThat(pool.pooled()).isZero();
        pool.release(taken(pool.take()));
        pool.close();
    }

    @Test
    void aPoolOfNoneGivesNone() {
        assertThat(new PipePool(calls, 0).take()).isNull();
    }

    @Test
    void pipesTooSmallToBeWorthItAreClosedAndNotAskedForAgain() {
        // given a user above pipe-user-pages-soft, who gets pipes of two pages
        List<Pipe> opened = new ArrayList<>();
        PipePool pool = new PipePool(withPipesOf(8 << 10, opened), 10);

        // then
        assertThat(pool.take()).isNull();
        assertThat(pool.take()).isNull();
        assertThat(opened).hasSize(1);
        assertThat(opened.getFirst().capacity()).isEqualTo(8 << 10);
        assertThat(Tcp.isOpen(opened.getFirst().readFd())).isFalse();
        assertThat(Tcp.isOpen(opened.getFirst().writeFd())).isFalse();
        assertThat(pool.open()).isZero();
    }

    @Test
    void aPipeJustLargeEnoughIsTaken() {
        PipePool pool = new PipePool(withPipesOf(64 << 10, new ArrayList<>()), 1);

        Pipe pipe = taken(pool.take());

        assertThat(pipe.capacity()).isEqualTo(64 << 10);
        pool.release(pipe);
        pool.close();
    }

    @Test
    void aProcessWithoutDescriptorsLeftGetsNoneAndMayAskAgain() {
        PipePool pool = new PipePool(withPipesOf(0, new ArrayList<>()), 1);

        assertThat(pool.take()).isNull();
        assertThat(pool.open()).isZero();
    }
}
