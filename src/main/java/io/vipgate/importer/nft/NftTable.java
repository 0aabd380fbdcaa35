package io.vipgate.importer.nft;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A table as it was read.
 *
 * <p>Confined to one import.
 */
final class NftTable {
    private final String family;
    private final String name;
    private final Map<String, NftChain> chains = new LinkedHashMap<>();
    private final Map<String, List<NftWord>> elements = new LinkedHashMap<>();
    private boolean isDormant;

    NftTable(String family, String name) {
        this.family = family;
        this.name = name;
    }

    /** A chain: its words on hook, priority and policy, and its rules. */
    static final class NftChain {
        private final List<NftWord> base = new ArrayList<>();
        private final List<List<NftWord>> rules = new ArrayList<>();

        List<NftWord> base() {
            return base;
        }

        List<List<NftWord>> rules() {
            return rules;
        }

        /** The word behind another one, such as what is behind {@code hook}; empty if there is none. */
        String behind(String word) {
            for (int i = 0; i + 1 < base.size(); i++) {
                if (base.get(i).is(word)) {
                    return base.get(i + 1).text();
                }
            }
            return "";
        }

        /** Its place among the chains of its hook. */
        int priority() {
            StringBuilder text = new StringBuilder();
            boolean isBehind = false;
            for (NftWord word : base) {
                if (isBehind && word.isEnd()) {
                    break;
                }
                if (isBehind) {
                    text.append(word.text());
                }
                isBehind |= word.is("priority");
            }
            String[] parts = text.toString().split("(?<=[a-z])(?=[+-])", 2);
            return switch (parts[0]) {
                case "raw" -> -300;
                case "mangle" -> -150;
                case "dstnat" -> -100;
                case "security" -> 50;
                case "srcnat" -> 100;
                case "filter" -> 0;
                default -> number(parts[0]);
            } + (parts.length > 1 ? number(parts[1]) : 0);
        }

        private static int number(String text) {
            try {
                return Integer.parseInt(text);
            } catch (NumberFormatException e) {
                return 0;
            }
        }
    }

    /** {@code ip}, {@code ip6} or {@code inet}; others have no TCP. */
    String family() {
        return family;
    }

    /** As chains are called by it: family, name and chain. */
    String key(String chain) {
        return family + " " + name + "/" + chain;
    }

    NftChain chain(String chain) {
        return chains.computeIfAbsent(chain, _ -> new NftChain());
    }

    Map<String, NftChain> chains() {
        return chains;
    }

    /** The elements of a set or map, with commas between them; null when there is none of that name. */
    @org.jspecify.annotations.Nullable
    List<NftWord> elements(String set) {
        return elements.get(set);
    }

    void addElements(String set, List<NftWord> words) {
        List<NftWord> known = elements.computeIfAbsent(set, _ -> new ArrayList<>());
        if (!known.isEmpty() && !words.isEmpty()) {
            known.add(new NftWord(words.getFirst().line(), ",", false));
        }
        known.addAll(words);
    }

    void sleep() {
        isDormant = true;
    }

    boolean isDormant() {
        return isDormant;
    }

    void flush() {
        chains.values().forEach(chain -> chain.rules().clear());
    }
}
