/*
 * Downloads a file over N connections for some seconds, and throws the bytes away in the kernel (MSG_TRUNC), so that the
 * client costs as little as a client can. Says "begin BYTES" after the warm-up and "end BYTES" after the measured time.
 *
 * usage: sink ADDRESS PORT PATH CONNECTIONS WARM_MS MEASURE_MS
 */
#include "common.h"

typedef struct {
    int fd;
    char head[4096];
    size_t head_count;
    /* Of the present answer's body; -1 while its head comes. */
    int64_t left;
} stream_t;

static target_t target;
static char request[512];
static int epoll;
static uint64_t total;
static char scratch[1 << 20];

static void ask(stream_t *stream) {
    stream->left = -1;
    stream->head_count = 0;
    if (send(stream->fd, request, strlen(request), MSG_NOSIGNAL) != (ssize_t) strlen(request)) die("send");
}

static void open_stream(stream_t *stream) {
    stream->fd = begin_connect(&target, 0);
    if (stream->fd < 0) {
        errno = -stream->fd;
        die("connect");
    }
    struct epoll_event event = {.events = EPOLLOUT, .data.ptr = stream};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, stream->fd, &event) != 0) die("epoll_ctl");
    stream->left = -2;
}

static void on_event(stream_t *stream) {
    if (stream->left == -2) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = stream};
        epoll_ctl(epoll, EPOLL_CTL_MOD, stream->fd, &event);
        ask(stream);
        return;
    }
    ssize_t count;
    if (stream->left < 0) {
        count = recv(stream->fd, stream->head + stream->head_count, sizeof stream->head - stream->head_count, 0);
    } else {
        size_t most = stream->left < (int64_t) sizeof scratch ? (size_t) stream->left : sizeof scratch;
        count = recv(stream->fd, scratch, most, MSG_TRUNC);
    }
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
        if (count == 0) errno = EPIPE;
        die("the stream ended");
    }
    total += count;
    if (stream->left < 0) {
        stream->head_count += count;
        int64_t whole = answer_length(stream->head, stream->head_count);
        if (whole == -1) return;
        if (whole == -2) {
            errno = EPROTO;
            die("not an answer");
        }
        stream->left = whole - (int64_t) stream->head_count;
    } else {
        stream->left -= count;
    }
    if (stream->left == 0) ask(stream);
}

int main(int argc, char **argv) {
    if (argc != 7) return 2;
    raise_limit();
    set_target(&target, argv[1], atoi(argv[2]));
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: load\r\n\r\n", argv[3]);
    int connections = atoi(argv[4]);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    stream_t *streams = calloc(connections, sizeof *streams);
    for (int i = 0; i < connections; i++) open_stream(&streams[i]);
    int64_t begin = now_ns() + atoll(argv[5]) * 1000000, end = begin + atoll(argv[6]) * 1000000;
    uint64_t at_begin = 0;
    int64_t began = 0;
    for (;;) {
        struct epoll_event events[64];
        int count = wait_until(epoll, events, 64, began ? end : begin);
        for (int i = 0; i < count; i++) on_event(events[i].data.ptr);
        int64_t now = now_ns();
        if (!began && now >= begin) {
            began = now;
            at_begin = total;
            printf("begin\n");
            fflush(stdout);
        } else if (began && now >= end) {
            printf("end %llu %lld\n", (unsigned long long) (total - at_begin), (long long) (now - began));
            fflush(stdout);
            return 0;
        }
    }
}
