package io.vipgate.accesslog;

/** Makes a line of an entry. */
interface LineFormat {
    /** Appends the line and its end. */
    void append(Entry entry, LineBuffer lines);
}
