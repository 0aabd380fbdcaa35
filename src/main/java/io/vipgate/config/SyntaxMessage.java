package io.vipgate.config;

import io.vipgate.text.Sanitizer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What to say of a file that is not YAML: the parser's finding, on the line where a person would look, with a hint
 * for the mistakes that addresses and variables invite. <b>Immutable.</b>
 */
record SyntaxMessage(int line, String text) {
    private static final Pattern BARE_IPV6 = Pattern
            .compile("(?<![\"'])\\[(?=[^]]*:[^]]*:)[0-9A-Fa-f:.]+](:\\d+)?(?![\"'])");
    private static final Pattern BARE_VARIABLE = Pattern.compile("(?<![\"'])\\$\\{");
    private static final Pattern BARE_COLON = Pattern.compile("[\\[{,:]\\s*:\\d");

    static SyntaxMessage of(@Nullable String problem, int problemLine, @Nullable String context, int contextLine,
            String source) {
        boolean unfinished = contextLine > 0 && problem != null
                && (problem.contains("end of stream") || problem.contains("stream end"));
        int line = unfinished || problemLine == 0 ? contextLine : problemLine;
        StringBuilder text = new StringBuilder("not valid YAML: ")
                .append(Sanitizer.name(problem == null ? "unreadable" : problem));
        if (context != null) {
            text.append(", ").append(Sanitizer.name(context));
            if (contextLine > 0 && contextLine != line) {
                text.append(" that begins on line ").append(contextLine);
            }
        }
        String hint = hint(source.lines().skip(Math.max(0, line - 1)).findFirst().orElse(""));
        if (hint.isEmpty() && problemLine != line) {
            hint = hint(source.lines().skip(Math.max(0, problemLine - 1)).findFirst().orElse(""));
        }
        return new SyntaxMessage(Math.max(1, line), text + hint);
    }

    private static String hint(String line) {
        if (BARE_IPV6.matcher(line).find()) {
            return " (an IPv6 address must be quoted, for example \"[2001:db8::1]:80\")";
        }
        if (BARE_VARIABLE.matcher(line).find()) {
            return " (inside { } and [ ] a ${NAME} must be quoted)";
        }
        if (BARE_COLON.matcher(line).find()) {
            return " (inside { } and [ ] an address that begins with a colon must be quoted)";
        }
        return "";
    }
}
