package io.vipgate.importer.common;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Files that an operator gives an import beside the first one, which names them. No other file is read.
 *
 * <p>Immutable.
 */
public final class GivenFiles {
    /** No file but the first. */
    public static final GivenFiles NONE = new GivenFiles(Map.of());

    private final Map<String, String> texts;

    /** With their texts by their paths. */
    public GivenFiles(Map<String, String> texts) {
        this.texts = new LinkedHashMap<>(texts);
    }

    /** The text of a file by its path, else the one of that name in whatever folder; empty if there is none or several. */
    public Optional<String> text(String path) {
        if (texts.containsKey(path)) {
            return Optional.ofNullable(texts.get(path));
        }
        List<String> namesakes = texts.keySet().stream().filter(each -> name(each).equals(name(path))).toList();
        return namesakes.size() == 1 ? Optional.ofNullable(texts.get(namesakes.getFirst())) : Optional.empty();
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** How to give one, for a note. */
    public static String hint(String path) {
        return "name " + path.substring(path.lastIndexOf('/') + 1)
                + " on the command line too, behind the file that has this line";
    }
}
