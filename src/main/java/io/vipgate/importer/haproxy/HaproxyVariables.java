package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.Notes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The environment variables of a haproxy.cfg, which stand in double quotes: manual of HAProxy, section 2.3. What {@code setenv} gave
 * them is known, and the default that is written beside one; the environment that HAProxy was started in is not.
 *
 * <p>Confined to one import.
 */
final class HaproxyVariables {
    private static final Pattern VARIABLE = Pattern
            .compile("\\$(?:\\{([A-Za-z_][A-Za-z0-9_]*)(?:\\[\\*])?(?:-([^}]*))?}|([A-Za-z_][A-Za-z0-9_]*))");
    /** Lines that decide a share or a check. */
    private static final Set<String> DECIDING = Set.of("bind", "server", "server-template", "default-server", "option",
            "balance", "stick", "use_backend", "default_backend", "tcp-check", "http-check", "external-check", "acl");
    private static final int MAX_LENGTH = 64 * 1024;

    private final Notes notes;
    private final Map<String, String> values = new HashMap<>();

    HaproxyVariables(Notes notes) {
        this.notes = notes;
    }

    /** Follows {@code setenv}, {@code presetenv} and {@code unsetenv}. */
    void follow(List<String> words) {
        String name = words.size() > 1 ? words.get(1) : "";
        switch (words.getFirst()) {
            case "setenv" -> values.put(name, words.size() > 2 ? words.get(2) : "");
            case "presetenv" -> values.putIfAbsent(name, words.size() > 2 ? words.get(2) : "");
            case "unsetenv" -> words.subList(1, words.size()).forEach(values::remove);
            default -> {
            }
        }
    }

    /** The line with the variables that are known in their places, escaped as they must be in quotes. */
    String expanded(String line, int number) {
        if (line.indexOf('$') < 0) {
            return line;
        }
        StringBuilder out = new StringBuilder();
        Matcher variable = VARIABLE.matcher(line);
        char quote = 0;
        int at = 0;
        while (at < line.length() && out.length() <= MAX_LENGTH) {
            char c = line.charAt(at);
            if (c == '#' && quote == 0) {
                break;
            }
            if (c == '\\' && quote != '\'' && at + 1 < line.length()) {
                out.append(c).append(line.charAt(at + 1));
                at += 2;
            } else if (c == '$' && quote == '"' && variable.region(at, line.length()).lookingAt()) {
                out.append(escaped(value(line, variable, number)));
                at = variable.end();
            } else {
                if ((c == '"' || c == '\'') && (quote == 0 || quote == c)) {
                    quote = quote == 0 ? c : 0;
                }
                out.append(c);
                at++;
            }
        }
        return out.append(line, at, line.length()).toString();
    }

    private String value(String line, Matcher variable, int number) {
        String name = variable.group(1) == null ? variable.group(3) : variable.group(1);
        String known = values.get(name);
        if (known != null) {
            return known;
        }
        String byDefault = variable.group(2);
        if (byDefault != null) {
            notes.add(number,
                    variable.group() + ": its default is taken; write another value in if HAProxy's environment "
                            + "sets it");
            return byDefault;
        }
        String text = variable.group()
                + ": HAProxy's environment is not known here; write its value in and import again";
        if (DECIDING.contains(line.strip().split("[ \t]", 2)[0])) {
            notes.addLoss(number, text);
        } else {
            notes.add(number, text);
        }
        return variable.group();
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"");
    }
}
