package io.vipgate.importer.common;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An endpoint to be written.
 *
 * <p>Immutable.
 *
 * @param line where the other program's file has it
 * @param name what it is to be called, as far as vipgate takes such a name; empty: after its address
 * @param weight 0 or more; too large ones are scaled down with the others
 * @param maxConnections 0 for no bound
 * @param isProbed whether it is checked at all
 */
public record DraftEndpoint(int line, String name, HostPort address, long weight, boolean isBackup,
        int maxConnections, boolean isProbed) {
    public DraftEndpoint(int line, String name, HostPort address) {
        this(line, name, address, 1, false, 0, true);
    }

    public DraftEndpoint withWeight(long newWeight) {
        return new DraftEndpoint(line, name, address, newWeight, isBackup, maxConnections, isProbed);
    }

    DraftEndpoint withLine(int newLine) {
        return new DraftEndpoint(newLine, name, address, weight, isBackup, maxConnections, isProbed);
    }

    public DraftEndpoint asBackup() {
        return new DraftEndpoint(line, name, address, weight, true, maxConnections, isProbed);
    }

    public DraftEndpoint probed() {
        return new DraftEndpoint(line, name, address, weight, isBackup, maxConnections, true);
    }

    public DraftEndpoint unprobed() {
        return new DraftEndpoint(line, name, address, weight, isBackup, maxConnections, false);
    }

    public Map<String, Object> section() {
        Map<String, Object> section = new LinkedHashMap<>();
        section.put("address", address.toString());
        section.put("weight", weight);
        if (isBackup) {
            section.put("backup", true);
        }
        if (maxConnections > 0) {
            section.put("maxConnections", maxConnections);
        }
        if (!isProbed) {
            section.put("probe", false);
        }
        return section;
    }
}
