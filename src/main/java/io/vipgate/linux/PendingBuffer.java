package io.vipgate.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Bytes that were read from one side and that the other could not take yet.
 *
 * <p>Confined to its event loop.
 */
public final class PendingBuffer {
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment memory;
    private int start;
    private int end;

    PendingBuffer(int capacity) {
        memory = arena.allocate(capacity, 8);
    }

    /** Bytes it can hold. */
    public int capacity() {
        return (int) memory.byteSize();
    }

    /** Bytes it holds. */
    public int length() {
        return end - start;
    }

    /** Address of the first byte it holds. */
    public long address() {
        return memory.address() + start;
    }

    /** Drops bytes from the front. */
    public void consume(int bytes) {
        assert bytes <= length();
        start += bytes;
    }

    void fill(long address, int bytes) {
        MemorySegment.copy(MemorySegment.ofAddress(address).reinterpret(bytes), 0, memory, 0, bytes);
        start = 0;
        end = bytes;
    }

    void empty() {
        start = 0;
        end = 0;
    }

    void free() {
        arena.close();
    }
}
