/*
 * A server that does no TLS and costs little: it waits until the records of a ClientHello are there, answers with some fixed bytes,
 * which begin as HTTP does since that is what the clients look for, and closes. Says "ready" when it listens.
 *
 * usage: answer ADDRESS PORT BYTES
 */
#include "common.h"

#define MOST_AT_ONCE 256
#define RECORD_HEAD 5

typedef struct {
    int fd;
    size_t count;
    unsigned char head[RECORD_HEAD];
} peer_t;

static char *answer;
static size_t answer_bytes;
static char scratch[65536];

static void take_all(int listening, int epoll) {
    int fd, one = 1;
    while ((fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        peer_t *peer = calloc(1, sizeof *peer);
        peer->fd = fd;
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) die("epoll_ctl");
    }
}

static int is_whole(const peer_t *peer) {
    return peer->count >= RECORD_HEAD && peer->count >= RECORD_HEAD + (size_t) (peer->head[3] << 8 | peer->head[4]);
}

static void on_event(peer_t *peer) {
    ssize_t got = recv(peer->fd, scratch, sizeof scratch, 0);
    if (got < 0 && errno == EAGAIN) return;
    for (ssize_t i = 0; i < got && peer->count + i < RECORD_HEAD; i++) peer->head[peer->count + i] = scratch[i];
    if (got > 0) peer->count += got;
    if (got > 0 && !is_whole(peer)) return;
    if (got > 0 && send(peer->fd, answer, answer_bytes, MSG_NOSIGNAL) < 0) perror("send");
    close(peer->fd);
    free(peer);
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    raise_limit();
    target_t target;
    set_target(&target, argv[1], atoi(argv[2]));
    answer_bytes = strtoull(argv[3], NULL, 10);
    answer = malloc(answer_bytes + 1);
    memset(answer, 'x', answer_bytes);
    memcpy(answer, "HTTP/1.1 200", answer_bytes < 12 ? answer_bytes : 12);
    int one = 1, epoll = epoll_create1(EPOLL_CLOEXEC);
    int listening = socket(target.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listening, (struct sockaddr *) &target.address, target.length) != 0 || listen(listening, 8192) != 0) die("listen");
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, listening, &event) != 0) die("epoll_ctl");
    printf("ready\n");
    fflush(stdout);
    for (;;) {
        struct epoll_event events[MOST_AT_ONCE];
        int count = epoll_wait(epoll, events, MOST_AT_ONCE, -1);
        if (count < 0 && errno != EINTR) die("epoll_wait");
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == NULL) take_all(listening, epoll);
            else on_event(events[i].data.ptr);
        }
    }
}
