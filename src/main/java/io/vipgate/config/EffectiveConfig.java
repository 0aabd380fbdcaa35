package io.vipgate.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Writes a configuration with every key and every default, as YAML that loads to an equal configuration. A key that
 * is absent stands in a comment, with what its absence means. <b>Confined to one printing.</b>
 */
public final class EffectiveConfig {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9/](?:[A-Za-z0-9_./%-]|:(?=[A-Za-z0-9])| %$)*");
    private static final Set<String> NOT_TEXT = Set.of("null", "true", "false", "yes", "no", "on", "off", "y", "n");

    private final StringBuilder out = new StringBuilder();

    private EffectiveConfig() {}

    /** The configuration as YAML. */
    public static String print(GatewayConfig config) {
        EffectiveConfig printer = new EffectiveConfig();
        printer.section(Schema.of(GatewayConfig.class), config, 0);
        return printer.out.toString();
    }

    private void section(Schema schema, Record values, int depth) {
        for (Schema.Component component : schema.keys().values()) {
            Object value = component.valueIn(values);
            if (value instanceof Optional<?> optional && optional.isEmpty()) {
                line(depth, "# " + component.name() + ": " + component.key().shown());
            } else {
                entry(component.name(), component.type(), value, depth);
            }
        }
    }

    private void entry(String name, ValueType type, Object value, int depth) {
        switch (type) {
            case ValueType.Single single -> line(depth, name + ": " + scalar(single, value));
            case ValueType.Maybe maybe -> entry(name, maybe.element(), ((Optional<?>) value).orElseThrow(), depth);
            case ValueType.Section section -> {
                line(depth, name + ":");
                section(section.schema(), (Record) value, depth + 1);
            }
            case ValueType.Named named -> {
                line(depth, name + ":");
                ((Map<?, ?>) value)
                        .forEach((key, element) -> entry(text((String) key), named.element(), element, depth + 1));
            }
            case ValueType.Items(ValueType.Section section, boolean _) when !((List<?>) value).isEmpty() -> {
                line(depth, name + ":");
                ((List<?>) value).forEach(item -> item(section.schema(), (Record) item, depth + 1));
            }
            case ValueType.Items items -> line(depth, name + ": " + ((List<?>) value).stream()
                    .map(element -> scalar((ValueType.Single) items.element(), element))
                    .collect(Collectors.joining(", ", "[", "]")));
        }
    }

    private void item(Schema schema, Record values, int depth) {
        int begin = out.length();
        section(schema, values, depth + 1);
        // Its first key stands behind the dash.
        out.setCharAt(begin + 2 * depth, '-');
    }

    private void line(int depth, String text) {
        out.repeat("  ", depth).append(text).append('\n');
    }

    private static String scalar(ValueType.Single single, Object value) {
        String text = single.type().write(value);
        return value instanceof String ? text(text) : plainOrQuoted(text);
    }

    /** Text as it stands in YAML: a word that means something else is quoted. */
    private static String text(String text) {
        return NOT_TEXT.contains(text) ? quoted(text) : plainOrQuoted(text);
    }

    private static String plainOrQuoted(String text) {
        return PLAIN.matcher(text).matches() ? text : quoted(text.replace("${", "$${"));
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
