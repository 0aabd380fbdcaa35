package io.vipgate.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that somebody meant. <b>Stateless.</b> */
final class Suggestion {
    /** More candidates than this are not looked at: a suggestion is a kindness, not worth a slow load. */
    private static final int MAX_CANDIDATES = 200;
    private static final int LONGEST = 64;

    private Suggestion() {}

    /** The candidate nearest to what was written, if one is near; case, hyphens and underscores count for nothing. */
    static Optional<String> nearest(String written, Collection<String> candidates) {
        String wanted = plain(written);
        int allowed = Math.max(1, wanted.length() / 3);
        String best = null;
        for (String candidate : candidates.stream().limit(MAX_CANDIDATES).toList()) {
            String plain = plain(candidate);
            if (wanted.length() > LONGEST || Math.abs(plain.length() - wanted.length()) > allowed) {
                continue;
            }
            int distance = distance(wanted, plain);
            if (distance < plain.length() && (best == null ? distance <= allowed : distance < allowed)) {
                best = candidate;
                allowed = distance;
            }
        }
        return Optional.ofNullable(best);
    }

    /** {@code did you mean 'x'?}, or the other text when nothing is near. */
    static String orElse(String written, Collection<String> candidates, String otherwise) {
        return nearest(written, candidates).map(name -> "did you mean '" + name + "'?").orElse(otherwise);
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
    }

    /** Optimal string alignment: insert, delete, replace, or swap two neighbours. */
    static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int replace = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                d[i][j] = Math.min(replace, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
                boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
