package io.vipgate.importer;

import io.vipgate.importer.common.AddressShares;
import io.vipgate.importer.common.GivenFiles;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.SyntaxException;
import io.vipgate.importer.haproxy.HaproxyImporter;
import io.vipgate.importer.iptables.IptablesImporter;
import io.vipgate.importer.keepalived.KeepalivedImporter;
import io.vipgate.importer.nft.NftImporter;
import io.vipgate.importer.nginx.NginxImporter;
import java.util.List;

/** The programs whose configuration can be imported. */
public enum ImportFormat {
    /** What {@code iptables-save} prints. */
    IPTABLES,
    /** What {@code nft list ruleset} prints. */
    NFT,
    /** The virtual servers of a keepalived.conf. */
    KEEPALIVED,
    /** The tcp sections of a haproxy.cfg. */
    HAPROXY,
    /** The stream section of an nginx.conf. */
    NGINX;

    /** Converts the text of a configuration file; never throws on its content. */
    public ImportResult convert(String text) {
        return convert(text, GivenFiles.NONE);
    }

    /** Whether {@link #convert} reads files that the first one names. */
    public boolean readsMore() {
        return this == HAPROXY || this == NGINX;
    }

    /**
     * Converts the text of a configuration file; never throws on its content.
     *
     * @param files that it may name: lists and maps of names
     */
    public ImportResult convert(String text, GivenFiles files) {
        return switch (this) {
            case IPTABLES -> IptablesImporter.convert(text);
            case NFT -> NftImporter.convert(text);
            case KEEPALIVED -> KeepalivedImporter.convert(text);
            case HAPROXY -> HaproxyImporter.convert(text, files);
            case NGINX -> NginxImporter.convert(text, files);
        };
    }

    /** Whether {@link #shares} can tell what its rules do. */
    public boolean hasShares() {
        return this == IPTABLES || this == NFT;
    }

    /**
     * Where connections go by the rules, address by address.
     *
     * @param notes gets a loss for each thing that the rules do and the shares leave out
     * @throws SyntaxException where the text is not of this program
     */
    public List<AddressShares> shares(String text, Notes notes) throws SyntaxException {
        return switch (this) {
            case IPTABLES -> IptablesImporter.shares(text, notes);
            case NFT -> NftImporter.shares(text, notes);
            case KEEPALIVED, HAPROXY, NGINX ->
                throw new SyntaxException(1, "shares are compared for iptables and nft only");
        };
    }
}
