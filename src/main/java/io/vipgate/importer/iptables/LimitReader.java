package io.vipgate.importer.iptables;

import io.vipgate.importer.iptables.RuleReader.Extension;
import io.vipgate.importer.netfilter.Match;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code -m connlimit} and {@code -m hashlimit} where they count for each client; iptables-extensions(8).
 *
 * <p>Stateless.
 */
final class LimitReader {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,6}");
    private static final Pattern RATE = Pattern.compile("([1-9][0-9]{0,5})/(s|sec|second|m|min|minute|h|hour|d|day)");
    private static final Map<Character, Long> SECONDS = Map.of('s', 1L, 'm', 60L, 'h', 3_600L, 'd', 86_400L);
    private static final long BURST = 5;
    private static final long THOUSAND = 1_000;

    private LimitReader() {}

    /** What it asks; something undecided where it counts otherwise. */
    static Match match(Extension extension) {
        Optional<Match> limit = extension.name().equals("connlimit") ? open(extension) : started(extension);
        return limit.orElseGet(() -> new Match.Undecided(extension.text()));
    }

    private static Optional<Match> open(Extension extension) {
        Optional<Option> above = extension.option("--connlimit-above").or(() -> extension.option("--connlimit-upto"));
        Optional<Integer> prefix = prefix(extension, "--connlimit-mask");
        if (above.isEmpty() || !NUMBER.matcher(above.get().value()).matches() || prefix.isEmpty()
                || extension.option("--connlimit-daddr").isPresent()) {
            return Optional.empty();
        }
        boolean isUpTo = above.get().name().endsWith("upto");
        return Optional.of(new Match.AboveLimit(extension.text(), 0, false, Long.parseLong(above.get().value()), 0,
                prefix.get(), isUpTo != above.get().isNegated()));
    }

    private static Optional<Match> started(Extension extension) {
        Optional<Option> above = extension.option("--hashlimit-above").or(() -> extension.option("--hashlimit-upto"))
                .or(() -> extension.option("--hashlimit"));
        Matcher rate = RATE.matcher(above.map(Option::value).orElse(""));
        String burst = extension.option("--hashlimit-burst").map(Option::value).orElse(String.valueOf(BURST));
        String mode = extension.option("--hashlimit-mode").map(Option::value).orElse("");
        Optional<Integer> prefix = prefix(extension, "--hashlimit-srcmask");
        if (!rate.matches() || !NUMBER.matcher(burst).matches() || !mode.equals("srcip") || prefix.isEmpty()) {
            return Optional.empty();
        }
        long perSecond = Long.parseLong(rate.group(1)) * THOUSAND
                / SECONDS.getOrDefault(rate.group(2).charAt(0), 1L);
        boolean isUpTo = !above.orElseThrow().name().endsWith("above");
        return perSecond == 0
                ? Optional.empty()
                : Optional.of(new Match.AboveLimit(extension.text(), 0, true, Long.parseLong(burst), perSecond,
                        prefix.get(), isUpTo != above.get().isNegated()));
    }

    /** 0 for the whole address. */
    private static Optional<Integer> prefix(Extension extension, String option) {
        Optional<Option> mask = extension.option(option);
        return mask.isEmpty()
                ? Optional.of(0)
                : mask.filter(each -> each.value().matches("[1-9][0-9]{0,2}"))
                        .map(each -> Integer.parseInt(each.value()));
    }
}
