package io.vipgate.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Every key of the file, from the records that declare them. <b>Stateless.</b> */
public final class KeyTable {
    private KeyTable() {}

    /**
     * One key.
     *
     * @param path with a capital for a name of the operator's choice, {@code listeners.L.bind}
     * @param byDefault in Markdown; empty for a section, whose keys have their own
     * @param meaning in Markdown
     */
    record Row(String path, String byDefault, String meaning) {}

    /** A Markdown table of all keys: key, default, meaning. Ends with a line break. */
    public static String markdown() {
        StringBuilder table = new StringBuilder("| key | default | meaning |\n|---|---|---|\n");
        for (Row row : rows()) {
            table.append(
                    "| `" + row.path + "` | " + row.byDefault + " | " + row.meaning.replace("|", "\\|") + " |\n");
        }
        return table.toString();
    }

    static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        add(Schema.of(GatewayConfig.class), "", rows);
        return rows;
    }

    private static void add(Schema schema, String prefix, List<Row> rows) {
        for (Schema.Component component : schema.keys().values()) {
            String path = prefix + component.name();
            rows.add(new Row(path, byDefault(component), meaning(component.key())));
            switch (component.type()) {
                case ValueType.Section(Schema inner) -> add(inner, path + ".", rows);
                case ValueType.Maybe(ValueType.Section(Schema inner)) -> add(inner, path + ".", rows);
                case ValueType.Named(ValueType.Section(Schema inner), MapKeys _) ->
                    add(inner, path + "." + component.name().substring(0, 1).toUpperCase(Locale.ROOT) + ".", rows);
                case ValueType.Items(ValueType.Section(Schema inner), boolean _) -> add(inner, path + "[].", rows);
                default -> {
                }
            }
        }
    }

    private static String byDefault(Schema.Component component) {
        Key key = component.key();
        if (key.required()) {
            return "required";
        }
        return switch (component.type()) {
            case ValueType.Single _ -> "`" + (key.byDefault().isEmpty() ? "\"\"" : key.byDefault()) + "`";
            case ValueType.Items _ -> key.byDefault().isEmpty() ? "`[]`" : "`" + key.byDefault() + "`";
            case ValueType.Maybe _ -> key.shown();
            case ValueType.Section _,ValueType.Named _ -> "";
        };
    }

    private static String meaning(Key key) {
        boolean merelyNotNegative = key.min().equals("0") && key.max().isEmpty();
        String range = merelyNotNegative ? "" : ScalarType.rangeOf(key.min(), key.max());
        String formerly = key.formerly().length == 0
                ? ""
                : "; formerly `" + String.join("`, `", key.formerly()) + "`";
        return key.doc() + (range.isEmpty() ? "" : " (" + range + ")") + formerly;
    }
}
