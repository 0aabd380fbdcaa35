package io.vipgate.admin;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A kind of calls.
 *
 * <p>Immutable.
 *
 * @param method GET, which HEAD is too, PUT, POST or DELETE
 * @param pattern the path; <code>{}</code> stands for one name
 * @param access who may call it
 * @param parameters those it knows
 */
public record Route(String method, String pattern, Access access, Set<String> parameters, Handler page) {
    private static final String NAME = "{}";

    /** Who may call. */
    public enum Access {
        /** Whoever reaches the address. */
        ANYBODY,
        /** Who knows the token. */
        TOKEN
    }

    /** Keeps its own copy. */
    public Route {
        parameters = Set.copyOf(parameters);
    }

    /** One without parameters. */
    public Route(String method, String pattern, Access access, Handler page) {
        this(method, pattern, access, Set.of(), page);
    }

    /** Whether programs call it; else it is a file of the page. */
    boolean isCall() {
        return pattern.startsWith("/api/");
    }

    /** The names in a path; empty when it is another path. */
    Optional<List<String>> match(String path) {
        List<String> wanted = Arrays.asList(pattern.split("/", -1));
        List<String> given = Arrays.asList(path.split("/", -1));
        if (wanted.size() != given.size()) {
            return Optional.empty();
        }
        List<String> names = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            if (wanted.get(i).equals(NAME) && !given.get(i).isEmpty()) {
                names.add(given.get(i));
            } else if (!wanted.get(i).equals(given.get(i))) {
                return Optional.empty();
            }
        }
        return Optional.of(List.copyOf(names));
    }
}
