package io.vipgate.config;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces <code>${NAME}</code> and <code>${NAME:-default}</code> by the environment's values, once: a value is not
 * looked at again. As in a shell, the default serves when the variable is unset or empty. <code>$${</code> stands
 * for a literal <code>${</code>. <b>Immutable.</b>
 */
final class Variables {
    private static final Pattern REFERENCE = Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)(:-(.*))?", Pattern.DOTALL);

    private final Map<String, String> environment;

    Variables(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    String expand(String text) throws BadValueException {
        if (!text.contains("${")) {
            return text;
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length();) {
            if (text.startsWith("$${", i)) {
                out.append("${");
                i += 3;
            } else if (text.startsWith("${", i)) {
                int end = text.indexOf('}', i);
                if (end < 0) {
                    throw BadValueException.expected("a closing } after ${, or $${ for a literal ${");
                }
                out.append(value(text.substring(i + 2, end)));
                i = end + 1;
            } else {
                out.append(text.charAt(i++));
            }
            if (out.length() > YamlTree.MAX_SCALAR) {
                throw BadValueException
                        .expected("at most " + YamlTree.MAX_SCALAR + " characters with the variables' values");
            }
        }
        return out.toString();
    }

    private String value(String reference) throws BadValueException {
        Matcher matcher = REFERENCE.matcher(reference);
        if (!matcher.matches()) {
            throw BadValueException.expected("${NAME} or ${NAME:-default}, or $${ for a literal ${");
        }
        String name = matcher.group(1);
        String value = environment.get(name);
        if (matcher.group(2) != null) {
            return value == null || value.isEmpty() ? matcher.group(3) : value;
        }
        if (value == null) {
            throw BadValueException.because("the environment has no " + name
                    + "; expected: a value there or a default, ${" + name + ":-default}");
        }
        return value;
    }
}
