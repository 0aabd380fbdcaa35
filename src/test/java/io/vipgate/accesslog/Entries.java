package io.vipgate.accesslog;

/** Entries to test with. Stateless. */
final class Entries {
    private Entries() {}

    /** 2026-11-24T12:00:00.007Z. */
    static final long TIME = 1_795_521_600_007L;

    /** An ordinary one. */
    static Entry fill(Entry entry, AccessLogPlan plan) {
        entry.plan = plan;
        entry.timeMillis = TIME;
        entry.listener = "web";
        entry.clientHigh = 0;
        entry.clientLow = 0xffff_0000_0000L | 0xc633_6407L;
        entry.clientPort = 52_144;
        entry.pool = "nginx";
        entry.endpoint = "vip1";
        entry.connectNanos = 1_234_567;
        entry.durationNanos = 3_456_789_012L;
        entry.bytesToBackend = 812;
        entry.bytesToClient = 10_240;
        entry.attempts = 1;
        entry.isPinned = false;
        entry.close = "--";
        return entry;
    }

    /** Notes one in a queue; says whether there was a slot. */
    static boolean note(EntryQueue queue, AccessLogPlan plan, String listener) {
        Entry entry = queue.claim();
        if (entry == null) {
            return false;
        }
        fill(entry, plan).listener = listener;
        queue.publish();
        return true;
    }
}
