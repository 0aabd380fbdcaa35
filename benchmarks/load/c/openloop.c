/*
 * Asks at a fixed rate, however long the answers take (an open loop), and measures from the moment at which a request was
 * due, not from when it could be sent: whoever waits behind a stall is counted with the whole of his wait.
 *
 * requests:  on connections that stay; one request at a time on each
 * connects:  each request on a new connection; until the answer is whole
 * greetings: new connections, on which the server speaks first; until its line is whole
 *
 * Says "begin" when what is due counts, and at the end "done" with: answers, failures, microseconds of the median,
 * of p99, p99.9 and the longest, how many took more than 35 ms and 150 ms, how many FINs came more than 35 ms after the
 * answer, and p99.9 of how late it was itself in sending, in microseconds.
 *
 * HEADER, hexadecimal, comes before the request of each new connection.
 *
 * usage: openloop requests|connects|greetings ADDRESS PORT RATE SETTLE_MS MEASURE_MS CONNECTIONS [HEADER]
 */
#include "common.h"
#include <sys/prctl.h>

#define MOST_AT_ONCE 8192
#define MAX_WAIT_NS INT64_C(3000000000)

enum mode { REQUESTS, CONNECTS, GREETINGS };
enum state { FREE, CONNECTING, READY, ASKED, ENDING };

typedef struct {
    int fd;
    enum state state;
    int is_counted;
    int64_t due;
    int64_t answered;
    size_t count;
    char bytes[4096];
} slot_t;

static enum mode mode;
static target_t target;
static int epoll;
static slot_t *slots;
static int *free_slots;
static int free_count;
static int64_t *latencies, *lags;
/* When every connection was last busy: what was due until then did not wait for this program. */
static int64_t last_full;
static size_t answers, sent, failures, late_ends;
static char text[4096];
static size_t text_length;
static const char keep[] = "GET / HTTP/1.1\r\nHost: load\r\n\r\n";
static const char once[] = "GET / HTTP/1.1\r\nHost: load\r\nConnection: close\r\n\r\n";

static void release(slot_t *slot) {
    free_slots[free_count++] = (int) (slot - slots);
}

static void drop(slot_t *slot) {
    close(slot->fd);
    slot->state = FREE;
}

static void fail(slot_t *slot) {
    if (slot->state == ASKED || (mode != REQUESTS && slot->state == CONNECTING)) failures += slot->is_counted;
    drop(slot);
    if (mode != REQUESTS) {
        release(slot);
        return;
    }
    /* Another connection takes its place; it is free for requests once it is there. */
    slot->fd = begin_connect(&target, 0);
    if (slot->fd < 0) die("connect");
    slot->state = CONNECTING;
    watch(epoll, slot->fd, slot);
}

static void ask(slot_t *slot) {
    slot->count = 0;
    slot->state = ASKED;
    if (slot->is_counted) lags[sent++] = now_ns() - (slot->due > last_full ? slot->due : last_full);
    if (mode != GREETINGS && send(slot->fd, text, text_length, MSG_NOSIGNAL) != (ssize_t) text_length) fail(slot);
}

static void begin(int64_t due, int is_counted) {
    slot_t *slot = &slots[free_slots[--free_count]];
    slot->due = due;
    slot->is_counted = is_counted;
    if (mode == REQUESTS) {
        ask(slot);
        return;
    }
    slot->fd = begin_connect(&target, 0);
    if (slot->fd < 0) {
        failures += is_counted;
        release(slot);
        return;
    }
    slot->state = CONNECTING;
    slot->count = 0;
    watch(epoll, slot->fd, slot);
}

static int is_whole(const slot_t *slot) {
    if (mode == GREETINGS) return slot->count > 0 && slot->bytes[slot->count - 1] == '\n';
    int64_t length = answer_length(slot->bytes, slot->count);
    return length > 0 && (int64_t) slot->count >= length;
}

static void on_bytes(slot_t *slot) {
    while (slot->state == ASKED || slot->state == ENDING) {
        ssize_t got = recv(slot->fd, slot->bytes + slot->count, sizeof slot->bytes - slot->count, 0);
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) {
            if (got == 0 && slot->state == ENDING) {
                late_ends += slot->is_counted && now_ns() - slot->answered > 35000000;
                drop(slot);
                release(slot);
            } else {
                fail(slot);
            }
            return;
        }
        slot->count += got;
        if (slot->state == ASKED && is_whole(slot)) {
            slot->answered = now_ns();
            if (slot->is_counted) latencies[answers++] = slot->answered - slot->due;
            slot->state = mode == REQUESTS ? READY : ENDING;
            if (mode == REQUESTS) {
                release(slot);
                return;
            }
        }
    }
}

static void on_event(slot_t *slot, uint32_t events) {
    if (slot->state == CONNECTING && (events & (EPOLLERR | EPOLLHUP))) {
        fail(slot);
        return;
    }
    if (slot->state == CONNECTING && (events & EPOLLOUT)) {
        if (mode == REQUESTS) {
            slot->state = READY;
            release(slot);
        } else {
            ask(slot);
        }
    }
    if (slot->state == READY && (events & (EPOLLRDHUP | EPOLLERR | EPOLLHUP))) {
        /* Ended between two requests: it is not free any more. */
        for (int i = 0; i < free_count; i++) {
            if (&slots[free_slots[i]] == slot) {
                free_slots[i] = free_slots[--free_count];
                break;
            }
        }
        fail(slot);
        return;
    }
    on_bytes(slot);
}

/* What is sent for each answer. */
static void set_text(const char *header) {
    const char *request = mode == REQUESTS ? keep : once;
    if (strlen(header) / 2 + strlen(request) > sizeof text) exit(2);
    for (; header[0] && header[1]; header += 2) {
        unsigned byte;
        if (sscanf(header, "%2x", &byte) != 1) exit(2);
        text[text_length++] = (char) byte;
    }
    memcpy(text + text_length, request, strlen(request));
    text_length += strlen(request);
}

static int ascending(const void *a, const void *b) {
    int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;
    return (x > y) - (x < y);
}

static double quantile(const int64_t *ordered, size_t count, double share) {
    if (count == 0) return 0;
    size_t place = (size_t) (share * (double) count);
    return (double) ordered[place < count ? place : count - 1] / 1000;
}

static size_t beyond(const int64_t *ordered, size_t count, int64_t bound) {
    size_t number = 0;
    while (number < count && ordered[count - 1 - number] > bound) number++;
    return number;
}

int main(int argc, char **argv) {
    if (argc != 8 && argc != 9) return 2;
    /* Else timers may be 50 microseconds late. */
    prctl(PR_SET_TIMERSLACK, 1);
    mode = strcmp(argv[1], "requests") == 0 ? REQUESTS : strcmp(argv[1], "connects") == 0 ? CONNECTS : GREETINGS;
    set_text(argc == 9 ? argv[8] : "");
    raise_limit();
    set_target(&target, argv[2], atoi(argv[3]));
    int64_t step = 1000000000 / atoll(argv[4]);
    int64_t settle = atoll(argv[5]) * 1000000, measured = atoll(argv[6]) * 1000000;
    int most = mode == REQUESTS ? atoi(argv[7]) : MOST_AT_ONCE;
    size_t room = (size_t) (measured / step) + 16;
    epoll = epoll_create1(EPOLL_CLOEXEC);
    slots = calloc(most, sizeof *slots);
    free_slots = calloc(most, sizeof *free_slots);
    latencies = calloc(room, sizeof *latencies);
    lags = calloc(room, sizeof *lags);
    for (int i = most - 1; i >= 0; i--) {
        if (mode == REQUESTS) fail(&slots[i]);
        else release(&slots[i]);
    }
    int64_t start = now_ns() + 200000000, counted = start + settle, end = counted + measured;
    int64_t due = start;
    int has_begun = 0;
    for (;;) {
        struct epoll_event events[256];
        int64_t now = now_ns();
        while (due < end && due <= now && free_count > 0) {
            begin(due, due >= counted);
            due += step;
        }
        if (!has_begun && now >= counted) {
            has_begun = 1;
            printf("begin\n");
            fflush(stdout);
        }
        int is_idle = mode == REQUESTS ? free_count == most : free_count == MOST_AT_ONCE;
        if ((due >= end && is_idle) || now > end + MAX_WAIT_NS) break;
        /* Without a free slot only an answer can help. */
        int64_t until = due < end && free_count > 0 ? due : now + 100000000;
        int count = wait_until(epoll, events, 256, until);
        int was_full = free_count == 0;
        for (int i = 0; i < count; i++) on_event(events[i].data.ptr, events[i].events);
        if (was_full) last_full = now_ns();
    }
    for (int i = 0; i < most; i++) {
        failures += slots[i].is_counted && (slots[i].state == ASKED || (mode != REQUESTS && slots[i].state == CONNECTING));
    }
    failures += due < end ? (size_t) ((end - due) / step) : 0;
    qsort(latencies, answers, sizeof *latencies, ascending);
    qsort(lags, sent, sizeof *lags, ascending);
    printf("done %zu %zu %.1f %.1f %.1f %.1f %zu %zu %zu %.1f\n", answers, failures, quantile(latencies, answers, 0.5),
           quantile(latencies, answers, 0.99), quantile(latencies, answers, 0.999), quantile(latencies, answers, 1),
           beyond(latencies, answers, 35000000), beyond(latencies, answers, 150000000), late_ends,
           quantile(lags, sent, 0.999));
    return 0;
}
