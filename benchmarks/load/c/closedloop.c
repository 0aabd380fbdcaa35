/*
 * Makes short connections in a closed loop: each of N clients connects, asks, reads to the end, and begins anew. Unlike wrk
 * it can come from very many addresses, wait for a server that is not there yet, and count what it did in each second.
 *
 *   -c N     clients at once (64)
 *   -t MS    for so long; -n COUNT: for so many connections
 *   -q FILE  sends the bytes of this file instead of a request; given several times: by turns; -g COUNT: so many of them first, in a
 *            segment of their own
 *   -s NET   source addresses of this IPv6 network; -k COUNT: so many of them, by turns; -r: at random
 *   -f FILE  the server is yet to start, and the moment of its start (CLOCK_MONOTONIC, nanoseconds) will be in a file:
 *            until the first answer one client alone tries, every 2 ms; -t and the counts of each second begin with the start
 *
 * Prints "done CONNECTIONS FAILURES NANOSECONDS FIRST" and the counts of each second; FIRST is how long after the start the first
 * answer came.
 *
 * usage: closedloop [OPTIONS] ADDRESS PORT
 */
#include "common.h"

#define MOST_SECONDS 60
#define RETRY_NS 2000000
#define MAX_WAIT_NS INT64_C(60000000000)
#define MOST_REQUESTS 16
#define MOST_REQUEST_BYTES 16384

typedef struct {
    int fd;
    int is_open;
    int64_t not_before;
    size_t count;
    char bytes[64];
} client_t;

static target_t target;
static int epoll, is_random;
static uint64_t issued, done, failed, wanted, state = 88172645463325252ULL;
static int64_t since, first;
static const char *file;
static uint64_t each[MOST_SECONDS];
static struct {
    char bytes[MOST_REQUEST_BYTES];
    size_t count;
} requests[MOST_REQUESTS];
static int request_count;
/* Of each request, sent before the others; 0: all are sent at once. */
static size_t first_bytes;
static char scratch[65536];

static void add_request(const char *path) {
    FILE *from = fopen(path, "re");
    if (from == NULL || request_count == MOST_REQUESTS) die(path);
    requests[request_count].count = fread(requests[request_count].bytes, 1, MOST_REQUEST_BYTES, from);
    request_count++;
    fclose(from);
}

static int ask(int fd) {
    static uint64_t asked;
    const char *bytes = requests[asked % request_count].bytes;
    size_t count = requests[asked % request_count].count, first = first_bytes < count ? first_bytes : 0;
    asked++;
    return (first == 0 || send(fd, bytes, first, MSG_NOSIGNAL) == (ssize_t) first)
        && send(fd, bytes + first, count - first, MSG_NOSIGNAL) == (ssize_t) (count - first);
}

static uint64_t next_source(void) {
    if (!is_random) return issued;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void read_start(void) {
    FILE *stamp = fopen(file, "re");
    long long moment = 0;
    if (stamp == NULL || fscanf(stamp, "%lld", &moment) != 1) die(file);
    fclose(stamp);
    since = moment;
}

static int is_waiting(void) {
    return file != NULL && first == 0;
}

static void end_of(client_t *client, int is_good, int64_t now) {
    close(client->fd);
    client->is_open = 0;
    client->not_before = is_good ? 0 : now + RETRY_NS;
    if (!is_good) {
        failed += !is_waiting();
        return;
    }
    done++;
    if (is_waiting()) read_start();
    if (first == 0) first = now;
    int64_t second = since ? (now - since) / 1000000000 : 0;
    if (second >= 0 && second < MOST_SECONDS) each[second]++;
}

static void begin(client_t *client, int64_t now) {
    client->count = 0;
    client->fd = begin_connect(&target, next_source());
    issued++;
    if (client->fd < 0) {
        failed += !is_waiting();
        client->not_before = now + RETRY_NS;
        return;
    }
    client->is_open = 1;
    struct epoll_event event = {.events = EPOLLOUT, .data.ptr = client};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, client->fd, &event) != 0) die("epoll_ctl");
}

static void on_event(client_t *client, uint32_t events) {
    if (events & EPOLLOUT) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
        epoll_ctl(epoll, EPOLL_CTL_MOD, client->fd, &event);
        if (!ask(client->fd)) end_of(client, 0, now_ns());
        return;
    }
    ssize_t got = recv(client->fd, scratch, sizeof scratch, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        end_of(client, got == 0 && client->count >= 12 && memcmp(client->bytes, "HTTP/1.1 200", 12) == 0, now_ns());
        return;
    }
    if (client->count < sizeof client->bytes) {
        size_t room = sizeof client->bytes - client->count;
        memcpy(client->bytes + client->count, scratch, (size_t) got < room ? (size_t) got : room);
    }
    client->count += got;
}

int main(int argc, char **argv) {
    int clients = 64, option;
    int64_t nanoseconds = 0;
    const char *network = NULL;
    uint64_t sources = 0;
    while ((option = getopt(argc, argv, "c:t:n:s:k:rf:q:g:")) != -1) {
        switch (option) {
            case 'c': clients = atoi(optarg); break;
            case 't': nanoseconds = atoll(optarg) * 1000000; break;
            case 'n': wanted = strtoull(optarg, NULL, 10); break;
            case 's': network = optarg; break;
            case 'k': sources = strtoull(optarg, NULL, 10); break;
            case 'r': is_random = 1; break;
            case 'f': file = optarg; break;
            case 'q': add_request(optarg); break;
            case 'g': first_bytes = strtoull(optarg, NULL, 10); break;
            default: return 2;
        }
    }
    if (argc - optind != 2) return 2;
    if (request_count == 0) {
        static const char http[] = "GET / HTTP/1.1\r\nHost: load\r\nConnection: close\r\n\r\n";
        requests[request_count++].count = sizeof http - 1;
        memcpy(requests[0].bytes, http, sizeof http - 1);
    }
    raise_limit();
    set_target(&target, argv[optind], atoi(argv[optind + 1]));
    if (network != NULL) set_sources(&target, network, sources);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    client_t *all = calloc(clients, sizeof *all);
    int64_t start = now_ns(), end = INT64_MAX, progress = start;
    uint64_t last_done = 0;
    for (;;) {
        struct epoll_event events[256];
        int64_t now = now_ns();
        if (file != NULL) end = is_waiting() ? start + MAX_WAIT_NS : since + nanoseconds;
        else if (nanoseconds) end = start + nanoseconds;
        int is_over = now >= end || (wanted && done >= wanted), open = 0;
        int most = is_waiting() ? 1 : clients;
        for (int i = 0; i < clients; i++) {
            if (i < most && !all[i].is_open && !is_over && all[i].not_before <= now && (!wanted || issued < wanted + failed)) {
                begin(&all[i], now);
            }
            open += all[i].is_open;
        }
        /* What is open is finished, within a second. */
        if (is_over && (open == 0 || now > end + 1000000000)) break;
        if (done != last_done) {
            last_done = done;
            progress = now;
        } else if (!is_waiting() && now - progress > MAX_WAIT_NS / 2) {
            fprintf(stderr, "nothing was served for 30 s, after %llu connections\n", (unsigned long long) done);
            return 1;
        }
        int count = wait_until(epoll, events, 256, now + RETRY_NS);
        for (int i = 0; i < count; i++) on_event(events[i].data.ptr, events[i].events);
    }
    printf("done %llu %llu %lld %lld", (unsigned long long) done, (unsigned long long) failed,
           (long long) (now_ns() - (since ? since : start)), (long long) (first - since));
    int seconds = since ? (int) (nanoseconds / 1000000000) : 0;
    for (int i = 0; i < seconds && i < MOST_SECONDS; i++) printf(" %llu", (unsigned long long) each[i]);
    printf("\n");
    return 0;
}
