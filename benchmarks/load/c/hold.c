/*
 * Opens many connections, sends a request on each and reads the answer, so that every one is joined to an endpoint; then
 * holds them, idle. Says "held COUNT" when all are there, and, when its standard input ends, "alive COUNT" and ends too.
 *
 * usage: hold ADDRESS PORT COUNT
 */
#include "common.h"

#define MOST_AT_ONCE 64

typedef struct {
    int fd;
    int has_asked;
    size_t count;
    char bytes[2048];
} client_t;

static const char request[] = "GET / HTTP/1.1\r\nHost: load\r\n\r\n";

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    raise_limit();
    target_t target;
    set_target(&target, argv[1], atoi(argv[2]));
    int wanted = atoi(argv[3]), begun = 0, held = 0;
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    client_t *clients = calloc(wanted, sizeof *clients);
    while (held < wanted) {
        while (begun < wanted && begun - held < MOST_AT_ONCE) {
            client_t *client = &clients[begun++];
            client->fd = begin_connect(&target, 0);
            if (client->fd < 0) {
                errno = -client->fd;
                die("connect");
            }
            struct epoll_event event = {.events = EPOLLOUT, .data.ptr = client};
            if (epoll_ctl(epoll, EPOLL_CTL_ADD, client->fd, &event) != 0) die("epoll_ctl");
        }
        struct epoll_event events[MOST_AT_ONCE];
        int count = epoll_wait(epoll, events, MOST_AT_ONCE, 5000);
        if (count == 0) {
            fprintf(stderr, "after %d connections nothing comes any more\n", held);
            return 1;
        }
        for (int i = 0; i < count; i++) {
            client_t *client = events[i].data.ptr;
            if (!client->has_asked) {
                struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
                client->has_asked = 1;
                epoll_ctl(epoll, EPOLL_CTL_MOD, client->fd, &event);
                if (send(client->fd, request, sizeof request - 1, MSG_NOSIGNAL) < 0) die("send");
                continue;
            }
            ssize_t got = recv(client->fd, client->bytes + client->count, sizeof client->bytes - client->count, 0);
            if (got <= 0) {
                if (got == 0) errno = EPIPE;
                fprintf(stderr, "connection %d: ", held);
                die("no answer");
            }
            client->count += got;
            int64_t length = answer_length(client->bytes, client->count);
            if (length > 0 && (int64_t) client->count >= length) {
                epoll_ctl(epoll, EPOLL_CTL_DEL, client->fd, NULL);
                held++;
            }
        }
    }
    printf("held %d\n", held);
    fflush(stdout);
    char byte;
    while (read(0, &byte, 1) > 0) { }
    int alive = 0;
    for (int i = 0; i < wanted; i++) alive += recv(clients[i].fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
    printf("alive %d\n", alive);
    return 0;
}
