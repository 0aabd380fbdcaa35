/* Moves CLOCK_REALTIME of one process by the seconds that a shared file holds. CLOCK_MONOTONIC stays: the kernel lets
 * nobody set it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t *offset;

static __attribute__((constructor)) void start(void) {
    const char *path = getenv("CLOCK_OFFSET");
    int fd = path ? open(path, O_RDONLY) : -1;
    if (fd >= 0) {
        void *map = mmap(0, sizeof *offset, PROT_READ, MAP_SHARED, fd, 0);
        close(fd);
        offset = map == MAP_FAILED ? 0 : map;
    }
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) {
        real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    }
    int result = real(clock, now);
    if (clock == CLOCK_REALTIME && offset) {
        now->tv_sec += *offset;
    }
    return result;
}
