package io.vipgate.importer.netfilter;

import io.vipgate.importer.common.HostPort;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Ports by the names that /etc/services gives them, as far as somebody balances them.
 *
 * <p>Stateless.
 */
public final class ServiceNames {
    private static final Map<String, Integer> PORTS = Map.ofEntries(Map.entry("http", 80), Map.entry("www", 80),
            Map.entry("https", 443), Map.entry("ssh", 22), Map.entry("smtp", 25), Map.entry("domain", 53),
            Map.entry("ftp", 21), Map.entry("imap", 143), Map.entry("imap2", 143), Map.entry("imaps", 993),
            Map.entry("pop3", 110), Map.entry("pop3s", 995), Map.entry("ldap", 389), Map.entry("ldaps", 636),
            Map.entry("mysql", 3306), Map.entry("postgresql", 5432), Map.entry("redis", 6379),
            Map.entry("http-alt", 8080), Map.entry("submission", 587), Map.entry("telnet", 23));

    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_+.-]*");

    private ServiceNames() {}

    /** Whether there is a name among ports and ranges that is not known here, though /etc/services may have it. */
    public static boolean isUnknownIn(String ports) {
        return Stream.of(ports.split("[,:]", -1)).anyMatch(
                each -> NAME.matcher(each).matches() && !PORTS.containsKey(each));
    }

    /** A port 0 to 65535, as a number or a name; empty if it is none. */
    public static OptionalInt port(String text) {
        Integer named = PORTS.get(text);
        return named != null
                ? OptionalInt.of(named)
                : text.equals("0") ? OptionalInt.of(0) : HostPort.port(text);
    }
}
