/*
 * Opens many connections and says nothing on any of them. Says "held COUNT" when all are there, and, when its standard input
 * ends, "alive COUNT", those that the other side has not ended, and ends too.
 *
 * usage: silent ADDRESS PORT COUNT
 */
#include "common.h"

#define MOST_AT_ONCE 64

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    raise_limit();
    target_t target;
    set_target(&target, argv[1], atoi(argv[2]));
    int wanted = atoi(argv[3]), begun = 0, held = 0;
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    int *fds = calloc(wanted, sizeof *fds);
    while (held < wanted) {
        while (begun < wanted && begun - held < MOST_AT_ONCE) {
            int fd = begin_connect(&target, 0);
            if (fd < 0) {
                errno = -fd;
                die("connect");
            }
            fds[begun++] = fd;
            struct epoll_event event = {.events = EPOLLOUT, .data.fd = fd};
            if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) die("epoll_ctl");
        }
        struct epoll_event events[MOST_AT_ONCE];
        int count = epoll_wait(epoll, events, MOST_AT_ONCE, 5000);
        if (count == 0) {
            fprintf(stderr, "after %d connections nothing comes any more\n", held);
            return 1;
        }
        for (int i = 0; i < count; i++) {
            epoll_ctl(epoll, EPOLL_CTL_DEL, events[i].data.fd, NULL);
            held++;
        }
    }
    printf("held %d\n", held);
    fflush(stdout);
    char byte;
    while (read(0, &byte, 1) > 0) { }
    int alive = 0;
    for (int i = 0; i < wanted; i++) alive += recv(fds[i], &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
    printf("alive %d\n", alive);
    return 0;
}
