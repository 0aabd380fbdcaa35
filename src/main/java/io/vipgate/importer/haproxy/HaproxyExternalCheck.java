package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.DraftProbe;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.util.List;
import java.util.Optional;

/**
 * {@code option external-check} as an {@code exec} probe: a shell hands the command HAProxy's four arguments and variables.
 *
 * <p>Confined to one import.
 */
final class HaproxyExternalCheck {
    private static final String NOT_USED = "NOT_USED";
    private static final String UNSAFE = "[^A-Za-z0-9_@%+=:,./-]";

    private final String name;
    private final Optional<HostPort> listener;
    private final Optional<Statement> line;
    private final Optional<Statement> path;

    HaproxyExternalCheck(HaproxySection backend, Optional<HostPort> listener) {
        name = backend.name();
        this.listener = listener;
        line = backend.last("external-check", "command");
        path = backend.last("external-check", "path");
    }

    void apply(DraftProbe probe, Statement option, Notes notes) {
        String command = line.map(each -> each.word(2)).orElse("");
        if (command.isBlank() || command.chars().anyMatch(Character::isISOControl)) {
            notes.addLoss(option, "no external-check command; a TCP connect is the probe");
            return;
        }
        String address = listener.map(bind -> bind.host().isEmpty() ? "::" : bind.host()).orElse(NOT_USED);
        String port = listener.map(bind -> String.valueOf(bind.port())).orElse(NOT_USED);
        StringBuilder script = new StringBuilder(
                "h=${VIPGATE_ADDRESS%:*}; h=${h#\"[\"}; h=${h%\"]\"}; p=${VIPGATE_ADDRESS##*:}; "
                        + "export HAPROXY_SERVER_ADDR=$h HAPROXY_SERVER_PORT=$p HAPROXY_SERVER_NAME=${VIPGATE_ENDPOINT##*/} ");
        script.append("HAPROXY_SERVER_PROTO=tcp HAPROXY_SERVER_SSL=0 HAPROXY_PROXY_ADDR=$1 HAPROXY_PROXY_PORT=$2 ")
                .append("HAPROXY_PROXY_NAME=").append(name.replaceAll(UNSAFE, "_"));
        path.map(each -> each.word(2)).filter(each -> !each.isBlank())
                .filter(each -> each.chars().noneMatch(Character::isISOControl))
                .ifPresent(each -> script.append(" PATH='").append(each.replace("'", "'\\''")).append('\''));
        script.append("; exec \"$0\" \"$1\" \"$2\" \"$h\" \"$p\"");
        probe.command(List.of("/bin/sh", "-c", script.toString(), command, address, port));
        notes.add(line.orElse(option), "vipgate's user runs it, with HAProxy's arguments and variables but for "
                + "HAPROXY_SERVER_CURCONN, HAPROXY_SERVER_MAXCONN, HAPROXY_SERVER_ID and HAPROXY_PROXY_ID");
    }
}
