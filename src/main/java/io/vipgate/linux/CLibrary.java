package io.vipgate.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * Calls functions of the C library, and returns errno negated, where a JNI wrapper would build an exception for each EAGAIN.
 *
 * <p>Every function is called as if it took six arguments as wide as a register and returned one: a narrower argument is the
 * lower half of its register, an argument that the function does not take stays unread, and of an {@code int} answer only the
 * lower half is looked at. The calling conventions of x86-64 and AArch64 allow that for integers and addresses. The JDK
 * makes a dozen classes for each shape of a call, a hundred milliseconds of the start for the shapes of all our functions.
 *
 * <p>Confined to one thread: errno goes through memory of the instance.
 */
final class CLibrary {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CAPTURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    /** To fcntl(2) and ioctl(2), whose third argument is variadic, the option matters; to other functions it does not. */
    private static final MethodHandle CALL = LINKER.downcallHandle(
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.captureCallState("errno"), Linker.Option.firstVariadicArg(2));

    private final MemorySegment captured = Arena.ofAuto().allocate(CAPTURE);

    /**
     * Finds a function. It may take integers and addresses only.
     *
     * @throws UnsatisfiedLinkError if the C library has none of this name
     */
    static MemorySegment function(String name) {
        return LINKER.defaultLookup().find(name)
                .orElseThrow(() -> new UnsatisfiedLinkError(name + " is not in the C library"));
    }

    /**
     * Calls a function.
     *
     * @return the answer, which must fit 31 bits, or the negated error number when it is -1
     */
    int call(MemorySegment function, long a, long b, long c, long d, long e, long f) {
        try {
            int returned = (int) (long) CALL.invokeExact(function, captured, a, b, c, d, e, f);
            return returned == -1 ? -(int) ERRNO.get(captured, 0L) : returned;
        } catch (Throwable t) {
            throw new AssertionError("a downcall threw", t);
        }
    }

    /** The same with the first arguments. */
    int call(MemorySegment function, long a, long b, long c, long d, long e) {
        return call(function, a, b, c, d, e, 0);
    }

    /** The same with the first arguments. */
    int call(MemorySegment function, long a, long b, long c, long d) {
        return call(function, a, b, c, d, 0, 0);
    }

    /** The same with the first arguments. */
    int call(MemorySegment function, long a, long b, long c) {
        return call(function, a, b, c, 0, 0, 0);
    }

    /** The same with the first arguments. */
    int call(MemorySegment function, long a, long b) {
        return call(function, a, b, 0, 0, 0, 0);
    }

    /** The same with the first argument. */
    int call(MemorySegment function, long a) {
        return call(function, a, 0, 0, 0, 0, 0);
    }
}
