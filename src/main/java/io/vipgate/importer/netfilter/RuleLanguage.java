package io.vipgate.importer.netfilter;

/** What the rules were written for, and so what it calls things in notes. */
public enum RuleLanguage {
    /** Of iptables. */
    IPTABLES("chain FORWARD", "chain OUTPUT", "-s", "-i"),
    /** Of nft. */
    NFT("the hook forward", "the hook output", "saddr", "iifname");

    private final String forward;
    private final String output;
    private final String source;
    private final String incoming;

    RuleLanguage(String forward, String output, String source, String incoming) {
        this.forward = forward;
        this.output = output;
        this.source = source;
        this.incoming = incoming;
    }

    /** Where rules see connections that are sent on. */
    String forward() {
        return forward;
    }

    /** Where rules see the machine's own connections. */
    String output() {
        return output;
    }

    /** Something that decides, with the word for it. */
    String decider(String decider) {
        return switch (decider) {
            case ClientClasses.SOURCE -> decider + " (" + source + ")";
            case Finding.INTERFACE -> decider + " (" + incoming + ")";
            default -> decider;
        };
    }

    /** What a filter's chain at the hook forward or input sees after the move, as the end of a sentence; empty for others. */
    public String afterMove(String hook) {
        return switch (hook) {
            case "forward", "FORWARD" ->
                ", but no longer sees the connections of the listeners: the gateway makes those to the endpoints, and they "
                        + "go by " + output
                        + ". Whom it refused is in access and perSource of the listeners, or named as lost";
            case "input", "INPUT" -> ", and now sees the clients' connections, which went by " + forward
                    + ": it must let in those to the listeners' ports";
            default -> "";
        };
    }
}
