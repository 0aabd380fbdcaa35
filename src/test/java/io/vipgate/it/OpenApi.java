package io.vipgate.it;

import io.vipgate.it.fixture.HttpAnswer;
import io.vipgate.json.Json;
import io.vipgate.json.JsonArray;
import io.vipgate.json.JsonBoolean;
import io.vipgate.json.JsonNull;
import io.vipgate.json.JsonNumber;
import io.vipgate.json.JsonObject;
import io.vipgate.json.JsonString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * {@code docs/openapi.yaml}, and what its schemas say against a value. Knows the part of JSON Schema that the file uses, and
 * fails at any other word.
 *
 * <p>Immutable.
 */
record OpenApi(Map<?, ?> root) {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete");
    private static final Set<String> WORDS = Set.of("type", "description", "additionalProperties", "required",
            "properties", "items", "enum", "anyOf", "format", "minimum", "maximum", "default", "pattern", "$ref");

    /** A method of a path. */
    record Operation(String method, String path, Map<?, ?> content) {
        boolean needsToken() {
            return content.get("security") != null;
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    static OpenApi read() throws IOException {
        Object root = new Yaml(new SafeConstructor(new LoaderOptions()))
                .load(Files.readString(Path.of("docs/openapi.yaml")));
        return new OpenApi((Map<?, ?>) root);
    }

    private static Map<?, ?> map(Object value) {
        return (Map<?, ?>) value;
    }

    private static Map<?, ?> member(Map<?, ?> of, Object name) {
        Object value = of.get(name);
        if (value == null) {
            throw new AssertionError("no " + name + " among " + of.keySet());
        }
        return map(value);
    }

    List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        member(root, "paths").forEach((path, item) -> map(item).forEach((method, content) -> {
            if (METHODS.contains((String) method)) {
                operations.add(new Operation(((String) method).toUpperCase(java.util.Locale.ROOT), (String) path,
                        map(content)));
            }
        }));
        return operations;
    }

    Operation operation(String method, String path) {
        return operations().stream().filter(each -> each.toString().equals(method + " " + path)).findFirst()
                .orElseThrow(() -> new AssertionError("not described: " + method + " " + path));
    }

    /** The schemas by their names. */
    Map<String, Map<?, ?>> schemas() {
        Map<String, Map<?, ?>> schemas = new LinkedHashMap<>();
        member(member(root, "components"), "schemas")
                .forEach((name, schema) -> schemas.put((String) name, map(schema)));
        return schemas;
    }

    Map<?, ?> schema(String name) {
        return member(member(member(root, "components"), "schemas"), name);
    }

    /** Names of an object's members, in order. */
    static List<String> properties(Map<?, ?> schema) {
        return member(schema, "properties").keySet().stream().map(String::valueOf).toList();
    }

    /** Those of them that are always there. */
    static List<String> required(Map<?, ?> schema) {
        return schema.get("required") instanceof List<?> names
                ? names.stream().map(String::valueOf).toList()
                : List.of();
    }

    private Map<?, ?> resolve(Map<?, ?> item) {
        if (!(item.get("$ref") instanceof String reference)) {
            return item;
        }
        Map<?, ?> at = root;
        for (String step : reference.substring("#/".length()).split("/", -1)) {
            at = member(at, step);
        }
        return at;
    }

    /** What is wrong about an answer; empty when it is as described. */
    List<String> problems(Operation operation, HttpAnswer answer) {
        Object described = member(operation.content, "responses").get(String.valueOf(answer.status()));
        if (described == null) {
            return List.of(operation + ": status " + answer.status() + " is not described: " + answer.body());
        }
        Map<?, ?> content = member(resolve(map(described)), "content");
        String type = answer.header("Content-Type").split(";", 2)[0];
        if (content.get(type) == null) {
            return List.of(operation + ": type " + type + " is not described for " + answer.status());
        }
        List<String> problems = new ArrayList<>();
        if (type.equals("application/json")) {
            check(answer.json(), member(member(content, type), "schema"), operation + " " + answer.status(), problems);
        }
        return problems;
    }

    /** What is wrong about a value; empty when it is as a schema has it. */
    List<String> problems(Json value, String schema) {
        List<String> problems = new ArrayList<>();
        check(value, schema(schema), schema, problems);
        return problems;
    }

    private void check(Json value, Map<?, ?> given, String where, List<String> problems) {
        Map<?, ?> schema = resolve(given);
        for (Object word : schema.keySet()) {
            if (!WORDS.contains((String) word)) {
                problems.add(where + ": the test does not know " + word);
            }
        }
        if (schema.get("anyOf") instanceof List<?> choices) {
            List<String> all = new ArrayList<>();
            for (Object choice : choices) {
                List<String> some = new ArrayList<>();
                check(value, map(choice), where, some);
                if (some.isEmpty()) {
                    return;
                }
                all.addAll(some);
            }
            problems.addAll(all);
            return;
        }
        List<?> types = schema.get("type") instanceof List<?> several ? several : List.of(schema.get("type"));
        if (types.stream().noneMatch(type -> isOf(value, (String) type))) {
            problems.add(where + ": " + value + " (expected: " + types + ")");
        }
        if (schema.get("enum") instanceof List<?> allowed && !allowed.contains(value.text())) {
            problems.add(where + ": " + value + " (expected: one of " + allowed + ")");
        }
        if (schema.get("pattern") instanceof String pattern && !value.text().matches(pattern)) {
            problems.add(where + ": " + value + " (expected: " + pattern + ")");
        }
        checkRange(value, schema, where, problems);
        if ("date-time".equals(schema.get("format")) && value instanceof JsonString(String text)) {
            try {
                Instant.parse(text);
            } catch (DateTimeParseException e) {
                problems.add(where + ": " + text + " (expected: a moment)");
            }
        }
        if (value instanceof JsonArray array && types.contains("array")) {
            array.items().forEach(item -> check(item, member(schema, "items"), where + "[]", problems));
        }
        if (value instanceof JsonObject object && types.contains("object")) {
            checkMembers(object, schema, where, problems);
        }
    }

    private static void checkRange(Json value, Map<?, ?> schema, String where, List<String> problems) {
        if (value instanceof JsonNumber number) {
            boolean isTooSmall = schema.get("minimum") instanceof Number least && number.number() < least.doubleValue();
            boolean isTooLarge = schema.get("maximum") instanceof Number most && number.number() > most.doubleValue();
            if (isTooSmall || isTooLarge) {
                problems.add(where + ": " + value + " is out of range");
            }
        }
    }

    private void checkMembers(JsonObject object, Map<?, ?> schema, String where, List<String> problems) {
        if (schema.get("additionalProperties") instanceof Map<?, ?> each) {
            object.members().forEach((name, value) -> check(value, each, where + "." + name, problems));
            return;
        }
        Map<?, ?> properties = member(schema, "properties");
        for (String name : required(schema)) {
            if (!object.members().containsKey(name)) {
                problems.add(where + ": " + name + " is missing");
            }
        }
        object.members().forEach((name, value) -> {
            if (properties.get(name) == null) {
                problems.add(where + ": " + name + " is not described");
            } else {
                check(value, member(properties, name), where + "." + name, problems);
            }
        });
    }

    private static boolean isOf(Json value, String type) {
        return switch (type) {
            case "object" -> value instanceof JsonObject;
            case "array" -> value instanceof JsonArray;
            case "string" -> value instanceof JsonString;
            case "boolean" -> value instanceof JsonBoolean;
            case "null" -> value instanceof JsonNull;
            case "number" -> value instanceof JsonNumber;
            case "integer" -> value instanceof JsonNumber number
                    && number.value().stripTrailingZeros().scale() <= 0;
            default -> throw new AssertionError("type: " + type);
        };
    }
}
