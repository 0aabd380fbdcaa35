package io.vipgate.importer;

import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.haproxy.HaproxyImporter;
import io.vipgate.importer.iptables.IptablesImporter;
import io.vipgate.importer.keepalived.KeepalivedImporter;
import io.vipgate.importer.nginx.NginxImporter;

/** The programs whose configuration can be imported. */
public enum ImportFormat {
    /** What {@code iptables-save} prints. */
    IPTABLES,
    /** The virtual servers of a keepalived.conf. */
    KEEPALIVED,
    /** The tcp sections of a haproxy.cfg. */
    HAPROXY,
    /** The stream section of an nginx.conf. */
    NGINX;

    /** Converts the text of a configuration file; never throws on its content. */
    public ImportResult convert(String text) {
        return switch (this) {
            case IPTABLES -> IptablesImporter.convert(text);
            case KEEPALIVED -> KeepalivedImporter.convert(text);
            case HAPROXY -> HaproxyImporter.convert(text);
            case NGINX -> NginxImporter.convert(text);
        };
    }
}
