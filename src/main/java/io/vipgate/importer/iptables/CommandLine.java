package io.vipgate.importer.iptables;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The words of a command, as options with their values.
 *
 * <p>Immutable.
 */
record CommandLine(List<Option> options) {
    private static final Pattern NUMBER = Pattern.compile("[0-9]+");
    private static final Pattern SHORT_WITH_VALUE = Pattern.compile("-[psdiojgmtAIDRCN][^-].*");
    private static final Pattern SHORT_FLAGS = Pattern.compile("-[vnxwLSFZX46]{2,}");
    private static final Pattern LONG_WITH_VALUE = Pattern.compile("--[a-z-]+=.*", Pattern.DOTALL);

    CommandLine {
        options = List.copyOf(options);
    }

    /** Reads the words behind {@code iptables}. */
    static CommandLine of(List<String> words) throws RuleProblemException {
        return new CommandLine(new Reader(split(words)).options());
    }

    Optional<Option> option(String canonical) {
        return options.stream().filter(option -> option.name().equals(canonical)).findFirst();
    }

    /** Takes {@code -tnat}, {@code -nL} and {@code --jump=DNAT} apart. */
    private static List<String> split(List<String> words) {
        List<String> split = new ArrayList<>();
        for (String word : words) {
            if (SHORT_WITH_VALUE.matcher(word).matches()) {
                split.add(word.substring(0, 2));
                split.add(word.substring(2));
            } else if (SHORT_FLAGS.matcher(word).matches()) {
                word.substring(1).chars().forEach(c -> split.add("-" + (char) c));
            } else if (LONG_WITH_VALUE.matcher(word).matches()) {
                split.add(word.substring(0, word.indexOf('=')));
                split.add(word.substring(word.indexOf('=') + 1));
            } else {
                split.add(word);
            }
        }
        return split;
    }

    /** Goes through the words. */
    private static final class Reader {
        private final List<String> words;
        private int at;

        Reader(List<String> words) {
            this.words = words;
        }

        List<Option> options() throws RuleProblemException {
            List<Option> options = new ArrayList<>();
            boolean isNegated = false;
            while (at < words.size()) {
                String word = words.get(at++);
                if (word.equals("!")) {
                    isNegated = true;
                } else if (!word.startsWith("-") || word.length() < 2) {
                    throw new RuleProblemException(Unresolved.isIn(word)
                            ? Unresolved.without(word) + " is not known, and may be any option"
                            : word + " is not understood");
                } else {
                    options.add(option(word, isNegated));
                    isNegated = false;
                }
            }
            return options;
        }

        private Option option(String word, boolean isNegatedBefore) throws RuleProblemException {
            String name = OptionNames.canonical(word);
            boolean isNegated = isNegatedBefore;
            int count = OptionNames.values(name);
            if (at + 1 < words.size() && words.get(at).equals("!") && (count == 1 || count == 2)) {
                isNegated = true;
                at++;
            }
            List<String> values = new ArrayList<>();
            if (count == OptionNames.UNKNOWN) {
                while (at < words.size() && !words.get(at).startsWith("-") && !words.get(at).equals("!")) {
                    values.add(words.get(at++));
                }
            } else if (count == OptionNames.OPTIONAL) {
                takeNumber(values);
            } else {
                for (int i = 0; i < count; i++) {
                    if (at == words.size()) {
                        throw new RuleProblemException(word + " has no value");
                    }
                    values.add(words.get(at++));
                }
                if (name.equals("-I") || name.equals("-D") || name.equals("-R")) {
                    takeNumber(values);
                }
            }
            return new Option(name, isNegated, values);
        }

        private void takeNumber(List<String> values) {
            if (at < words.size() && NUMBER.matcher(words.get(at)).matches()) {
                values.add(words.get(at++));
            }
        }
    }
}
