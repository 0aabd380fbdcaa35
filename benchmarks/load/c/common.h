/* What the load programs share: the clock, addresses, sockets that never block, and answers of HTTP. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

typedef struct {
    struct sockaddr_storage address;
    socklen_t length;
    /* How many addresses of a network are used as source, one after the other; 0: the kernel's choice. */
    uint64_t sources;
    struct sockaddr_in6 network;
} target_t;

static inline int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static inline void die(const char *what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static inline void set_target(target_t *target, const char *address, int port) {
    struct sockaddr_in *v4 = (struct sockaddr_in *) &target->address;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *) &target->address;
    memset(target, 0, sizeof *target);
    if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        target->length = sizeof *v4;
    } else if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        target->length = sizeof *v6;
    } else {
        fprintf(stderr, "not an address: %s\n", address);
        exit(2);
    }
}

static inline void set_sources(target_t *target, const char *network, uint64_t count) {
    target->network.sin6_family = AF_INET6;
    target->sources = count;
    if (inet_pton(AF_INET6, network, &target->network.sin6_addr) != 1) {
        fprintf(stderr, "not an IPv6 address: %s\n", network);
        exit(2);
    }
}

/* Begins to connect; the source is the `which`-th address of the network, if there is one. Negative: -errno. */
static inline int begin_connect(const target_t *target, uint64_t which) {
    int one = 1;
    int fd = socket(target->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (target->sources > 0) {
        struct sockaddr_in6 source = target->network;
        uint64_t number = which % target->sources + 1;
        /* 65,536 hosts in each /64: clients come from many networks, not from one. */
        source.sin6_addr.s6_addr[6] = number >> 24;
        source.sin6_addr.s6_addr[7] = number >> 16;
        source.sin6_addr.s6_addr[14] = number >> 8;
        source.sin6_addr.s6_addr[15] = number;
        setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
        setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &one, sizeof one);
        if (bind(fd, (struct sockaddr *) &source, sizeof source) != 0) die("bind");
    }
    if (connect(fd, (const struct sockaddr *) &target->address, target->length) != 0 && errno != EINPROGRESS) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}

static inline void watch(int epoll, int fd, void *owner) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = owner};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) die("epoll_ctl");
}

static inline void raise_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* The bytes of a whole answer, from its head; -1: the head is not complete, -2: not an answer with status 200. */
static inline int64_t answer_length(const char *bytes, size_t count) {
    const char *end = memmem(bytes, count, "\r\n\r\n", 4);
    if (end == NULL) return count > 2000 ? -2 : -1;
    if (memcmp(bytes, "HTTP/1.1 200", 12) != 0) return -2;
    const char *length = memmem(bytes, end - bytes, "Content-Length: ", 16);
    if (length == NULL) return -2;
    return end + 4 - bytes + strtoll(length + 16, NULL, 10);
}

/* Waits until a moment at most; returns what epoll_wait would. */
static inline int wait_until(int epoll, struct epoll_event *events, int most, int64_t moment) {
    int64_t left = moment - now_ns();
    struct timespec timeout = {0, 0};
    if (left > 0) {
        timeout.tv_sec = left / 1000000000;
        timeout.tv_nsec = left % 1000000000;
    }
    int count = epoll_pwait2(epoll, events, most, &timeout, NULL);
    if (count < 0 && errno != EINTR) die("epoll_pwait2");
    return count < 0 ? 0 : count;
}
