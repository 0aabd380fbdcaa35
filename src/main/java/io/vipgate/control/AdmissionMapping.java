package io.vipgate.control;

import io.vipgate.access.AccessEntry;
import io.vipgate.access.AccessFault;
import io.vipgate.access.AccessLine;
import io.vipgate.access.AccessList;
import io.vipgate.access.PrefixTable;
import io.vipgate.access.SourceRules;
import io.vipgate.config.AcceptProxyConfig;
import io.vipgate.config.AccessConfig;
import io.vipgate.config.PerSourceConfig;
import io.vipgate.config.ProxyProtocolConfig;
import io.vipgate.config.TlvType;
import io.vipgate.proxyprotocol.ProxyHeader;
import io.vipgate.proxyprotocol.TlvTypes;
import io.vipgate.relay.HeaderSettings;
import io.vipgate.relay.ProxyAcceptance;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Turns what the configuration says of who may come in, and as whom, into what the data path works with.
 *
 * <p>Stateless.
 */
final class AdmissionMapping {
    private AdmissionMapping() {}

    /**
     * Reads an access list with its files.
     *
     * @throws StartException with every fault, if there is one
     */
    static AccessList access(String listener, AccessConfig config) throws StartException {
        String path = "listeners." + listener + ".access.";
        AccessList.Reading reading = AccessList.read(lines(path + "allow", config.allow()),
                lines(path + "deny", config.deny()));
        return reading.list().orElseThrow(() -> new StartException(
                reading.faults().stream().map(AccessFault::toString).collect(Collectors.joining("; "))));
    }

    private static List<AccessLine> lines(String path, List<AccessEntry> entries) {
        List<AccessLine> lines = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            lines.add(new AccessLine(entries.get(i), path + "[" + i + "]"));
        }
        return lines;
    }

    static SourceRules limits(PerSourceConfig config) {
        int burst = config.newPerSecond() == 0
                ? 0
                : config.burst().orElseGet(() -> SourceRules.defaultBurst(config.newPerSecond()));
        SourceRules.Around around = config.around().map(each -> new SourceRules.Around(each.ipv4Prefix(),
                each.ipv6Prefix(), each.factor())).orElse(SourceRules.Around.OFF);
        return new SourceRules(config.ipv4Prefix(), config.ipv6Prefix(), config.maxConnections(),
                config.newPerSecond(), burst, around, config.exempt(), config.maxEntries(), config.dryRun());
    }

    static ProxyAcceptance proxies(AcceptProxyConfig config) {
        return new ProxyAcceptance(new PrefixTable(config.from()),
                config.others() == AcceptProxyConfig.OtherPeers.REJECT,
                config.versions().stream().map(AdmissionMapping::version).collect(Collectors.toSet()),
                config.timeout().toNanos(), types(config.tlvs()));
    }

    private static ProxyHeader.Version version(AcceptProxyConfig.ProxyVersion version) {
        return switch (version) {
            case V1 -> ProxyHeader.Version.V1;
            case V2 -> ProxyHeader.Version.V2;
        };
    }

    static HeaderSettings header(ProxyProtocolConfig config) {
        ProxyHeader.Version version = switch (config.version()) {
            case NONE -> ProxyHeader.Version.NONE;
            case V1 -> ProxyHeader.Version.V1;
            case V2 -> ProxyHeader.Version.V2;
        };
        return new HeaderSettings(version, types(config.tlvs()), config.crc32c());
    }

    private static TlvTypes types(List<TlvType> types) {
        return TlvTypes.of(types.stream().map(TlvType::code).toList());
    }
}
