package io.vipgate.accesslog;

import io.vipgate.relay.Conveyed;
/**
 * Lines for programs: one JSON object (RFC 8259) with the fields of the text form. {@code connect} and {@code duration} are
 * numbers of seconds, {@code in} and {@code out} of bytes. What is not there is {@code null}; {@code hedge} is there only where a
 * second endpoint was tried beside one that was slow, {@code peer}, {@code vpce} and
 * {@code linkId} are there only where a PROXY header told them, {@code sni} only where a ClientHello was read.
 *
 * <p>Confined to the writer's thread.
 */
final class JsonFormat implements LineFormat {
    private static final long MICROS_PER_SECOND = 1_000_000L;

    private final Timestamp timestamp = new Timestamp();

    @Override
    public void append(Entry entry, LineBuffer lines) {
        timestamp.append(lines.append("{\"time\":\""), entry.timeMillis);
        name(lines.append("\",\"listener\":"), entry.listener);
        ClientText.append(lines.append(",\"client\":\""), entry.clientHigh, entry.clientLow, entry.clientPort);
        name(lines.append("\",\"pool\":"), entry.pool);
        lines.append(",\"endpoint\":");
        if (entry.endpoint == null) {
            lines.append("null");
        } else {
            name(lines, entry.endpoint);
        }
        seconds(lines.append(",\"connect\":"), entry.connectNanos);
        seconds(lines.append(",\"duration\":"), entry.durationNanos);
        lines.append(",\"in\":").append(entry.bytesToBackend).append(",\"out\":").append(entry.bytesToClient)
                .append(",\"attempts\":").append(entry.attempts).append(",\"pinned\":")
                .append(entry.isPinned ? "true" : "false").append(",\"close\":\"").append(entry.close).append('"');
        if (entry.hedge != null) {
            lines.append(",\"hedge\":\"").append(entry.hedge).append('"');
        }
        if (entry.conveyed != null) {
            conveyed(entry.conveyed, lines);
        }
        if (entry.hello != null) {
            lines.append(",\"sni\":");
            if (entry.hello.serverName() == null) {
                lines.append("null");
            } else {
                name(lines, entry.hello.serverName());
            }
        }
        lines.append('}').endLine();
    }

    private static void conveyed(Conveyed conveyed, LineBuffer lines) {
        if (!conveyed.isLocal()) {
            ClientText.append(lines.append(",\"peer\":\""), conveyed.peerHigh(), conveyed.peerLow(),
                    conveyed.peerPort());
            lines.append('"');
        }
        String endpoint = conveyed.vpcEndpoint();
        if (endpoint != null) {
            name(lines.append(",\"vpce\":"), endpoint);
        }
        if (conveyed.linkId() >= 0) {
            lines.append(",\"linkId\":").append(conveyed.linkId());
        }
    }

    private static void seconds(LineBuffer lines, long nanos) {
        if (nanos < 0) {
            lines.append("null");
            return;
        }
        long micros = nanos / 1_000;
        lines.append(micros / MICROS_PER_SECOND).append('.').append(micros % MICROS_PER_SECOND, 6);
    }

    private static void name(LineBuffer lines, String name) {
        lines.append('"');
        for (int i = 0; i < name.length(); i++) {
            char each = name.charAt(i);
            if (each == '"' || each == '\\') {
                lines.append('\\').append(each);
            } else if (each >= ' ' && each < 0x7F) {
                lines.append(each);
            } else {
                lines.append("\\u").hex(each, 4);
            }
        }
        lines.append('"');
    }
}
