package io.vipgate.linux;

/**
 * A pipe(7) that splice(2) moves bytes through without copying them to user space.
 *
 * <p>Immutable.
 *
 * @param readFd the end bytes leave by
 * @param writeFd the end bytes enter by
 * @param capacity what F_GETPIPE_SZ said, in bytes
 */
public record Pipe(int readFd, int writeFd, int capacity) {}
