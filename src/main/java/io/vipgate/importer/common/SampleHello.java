package io.vipgate.importer.common;

import java.util.List;

/**
 * What a client begins with, as an example of all that begin alike as far as a file tells them apart.
 *
 * <p>Immutable.
 *
 * @param isTls whether it begins with a ClientHello
 * @param name the server that it names, in small letters; empty: none
 * @param called how a note calls the names that this one stands for
 * @param protocols the application protocols that it offers
 * @param version the highest version of TLS that it speaks, as nginx writes it; empty without TLS
 */
public record SampleHello(boolean isTls, String name, String called, List<String> protocols, String version) {
    /** What nearly every client speaks. */
    public static final String USUAL_VERSION = "TLSv1.3";
    /** A client that does not begin with TLS. */
    public static final SampleHello NOT_TLS = new SampleHello(false, "", "", List.of(), "");

    /** Copies the list. */
    public SampleHello {
        protocols = List.copyOf(protocols);
    }

    /** A TLS client that offers no protocols. */
    static SampleHello naming(String name, String called) {
        return new SampleHello(true, name, called, List.of(), USUAL_VERSION);
    }

    SampleHello offering(List<String> offered) {
        return new SampleHello(isTls, name, called, offered, version);
    }

    SampleHello speaking(String highest) {
        return new SampleHello(isTls, name, called, protocols, highest);
    }

    /** Whether the name is made up, and only stands for others. */
    public boolean isMadeUp() {
        return !name.equals(called);
    }

    /** The protocols as nginx and HAProxy give them to their rules. */
    public String protocolList() {
        return String.join(",", protocols);
    }

    /** Clients of which this is one, for a note: {@code clients that ...}. */
    String rest(String names) {
        if (!isTls) {
            return "do not begin with TLS";
        }
        return "name " + names + (protocols.isEmpty() ? "" : " and offer " + protocolList())
                + (version.equals(USUAL_VERSION) ? "" : " and speak " + version + " at most");
    }
}
