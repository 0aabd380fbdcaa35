package io.vipgate.config;

import io.vipgate.config.Node.Entry;
import io.vipgate.config.Node.ListNode;
import io.vipgate.config.Node.MapNode;
import io.vipgate.config.Node.ScalarNode;
import io.vipgate.text.Sanitizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * Text to {@link Node}s: the one class that knows SnakeYAML, and of it only the parser's events. Nothing is
 * resolved or constructed, so no tag can name a Java class and no scalar is guessed to be a number. Aliases share
 * their anchor's node; what they would weigh written out is counted, which bounds every later walk. <b>Confined to
 * one load.</b>
 */
final class YamlTree {
    static final int MAX_NODES = 20_000;
    static final int MAX_DEPTH = 32;
    static final int MAX_SCALAR = 16 * 1024;

    private final StreamReader reader;
    private final ParserImpl events;
    private final Problems problems;
    private final Map<String, Anchored> anchors = new HashMap<>();
    private final Set<String> unfinishedAnchors = new HashSet<>();
    private int nodes;

    private record Anchored(Node node, int size) {}

    private YamlTree(String text, Problems problems) {
        this.reader = new StreamReader(text);
        this.events = new ParserImpl(reader, new LoaderOptions());
        this.problems = problems;
    }

    /** The mapping at the top; empty when the file has none, which is then a problem. */
    static Optional<MapNode> read(String text, Problems problems) {
        YamlTree tree = new YamlTree(text, problems);
        try {
            return Optional.ofNullable(tree.document());
        } catch (MarkedYAMLException e) {
            SyntaxMessage message = SyntaxMessage.of(e.getProblem(), lineOf(e.getProblemMark()), e.getContext(),
                    lineOf(e.getContextMark()), text);
            problems.error(message.line(), KeyPath.ROOT, message.text());
        } catch (TreeException e) {
            problems.error(e.line, e.path, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            // Some malformed escapes leave the parser as other exceptions; no file may end a gateway's reload.
            problems.error(tree.reader.getLine() + 1, KeyPath.ROOT,
                    "not valid YAML: " + Sanitizer.name(String.valueOf(e.getMessage())));
        }
        return Optional.empty();
    }

    private @Nullable MapNode document() throws TreeException {
        events.getEvent(); // the stream's start
        if (events.checkEvent(Event.ID.StreamEnd)) {
            throw empty();
        }
        events.getEvent(); // the document's start
        Node root = node(KeyPath.ROOT, 0);
        events.getEvent(); // the document's end
        if (!events.checkEvent(Event.ID.StreamEnd)) {
            problems.error(line(events.peekEvent()), KeyPath.ROOT,
                    "a second document (expected: one document in the file)");
        }
        return switch (root) {
            case MapNode map -> map;
            case ScalarNode scalar when scalar.isNull() -> throw empty();
            case ScalarNode scalar -> throw notAMapping(scalar.line(), "a single value");
            case ListNode list -> throw notAMapping(list.line(), "a list");
        };
    }

    private static TreeException empty() {
        return new TreeException(1, KeyPath.ROOT,
                "the file is empty (expected: at least the keys listeners and pools)");
    }

    private static TreeException notAMapping(int line, String found) {
        return new TreeException(line, KeyPath.ROOT,
                found + " (expected: keys with values, such as listeners and pools)");
    }

    private Node node(KeyPath path, int depth) throws TreeException {
        Event event = events.getEvent();
        if (event instanceof AliasEvent alias) {
            return aliased(alias, path);
        }
        count(1, event, path);
        int before = nodes;
        String anchor = ((NodeEvent) event).getAnchor();
        if (anchor != null) {
            unfinishedAnchors.add(anchor);
        }
        Node node = event instanceof ScalarEvent scalar
                ? scalar(scalar, path)
                : collection((CollectionStartEvent) event, path, depth + 1);
        if (anchor != null) {
            unfinishedAnchors.remove(anchor);
            anchors.put(anchor, new Anchored(node, nodes - before + 1));
        }
        return node;
    }

    private Node aliased(AliasEvent alias, KeyPath path) throws TreeException {
        String name = alias.getAnchor();
        if (unfinishedAnchors.contains(name)) {
            throw new TreeException(line(alias), path,
                    "*" + Sanitizer.name(name) + " stands inside &" + Sanitizer.name(name)
                            + " itself (expected: no recursion)");
        }
        Anchored anchored = anchors.get(name);
        if (anchored == null) {
            throw new TreeException(line(alias), path,
                    "*" + Sanitizer.name(name) + " (expected: an alias of an anchor above, &"
                            + Sanitizer.name(name) + "; a text that begins with * must be quoted)");
        }
        count(anchored.size, alias, path);
        return anchored.node;
    }

    private ScalarNode scalar(ScalarEvent event, KeyPath path) throws TreeException {
        refuseTag(event.getTag(), event, path);
        if (event.getValue().length() > MAX_SCALAR) {
            throw new TreeException(line(event), path, "a value of " + event.getValue().length()
                    + " characters (expected: at most " + MAX_SCALAR + ")");
        }
        return new ScalarNode(line(event), event.getValue(), event.isPlain());
    }

    private Node collection(CollectionStartEvent start, KeyPath path, int depth) throws TreeException {
        refuseTag(start.getTag(), start, path);
        if (depth > MAX_DEPTH) {
            throw new TreeException(line(start), KeyPath.ROOT, "nested more than " + MAX_DEPTH + " levels deep");
        }
        return switch (start) {
            case SequenceStartEvent sequence -> list(sequence, path, depth);
            case MappingStartEvent mapping -> map(mapping, path, depth);
            default -> throw new IllegalStateException("unknown event " + start);
        };
    }

    private ListNode list(SequenceStartEvent start, KeyPath path, int depth) throws TreeException {
        List<Node> items = new ArrayList<>();
        while (!events.checkEvent(Event.ID.SequenceEnd)) {
            items.add(node(path.item(items.size()), depth));
        }
        events.getEvent();
        return new ListNode(line(start), items);
    }

    private MapNode map(MappingStartEvent start, KeyPath path, int depth) throws TreeException {
        List<Entry> entries = new ArrayList<>();
        Map<String, Integer> firstLines = new HashMap<>();
        while (!events.checkEvent(Event.ID.MappingEnd)) {
            int line = line(events.peekEvent());
            boolean flow = start.isFlow();
            if (!events.checkEvent(Event.ID.Scalar)) {
                problems.error(line, path, "a key that is not plain text (expected: text)");
                node(path, depth);
                node(path, depth);
                continue;
            }
            ScalarNode name = scalar((ScalarEvent) events.getEvent(), path);
            if (name.text().isEmpty()) {
                problems.error(line, path, "an empty key (expected: a name"
                        + (flow ? "; inside [ ] and { } a text that begins with a colon must be quoted)" : ")"));
                node(path, depth);
            } else {
                Node value = node(path.child(name.text()), depth);
                Integer first = firstLines.putIfAbsent(name.text(), line);
                if (first != null) {
                    problems.error(line, path.child(name.text()), "duplicate key (first on line " + first + ")");
                } else if (name.plain() && name.text().equals("<<")) {
                    problems.error(line, path.child("<<"),
                            "merge keys are not supported (expected: the keys written out)");
                } else {
                    entries.add(new Entry(line, name.text(), value));
                }
            }
        }
        events.getEvent();
        return new MapNode(line(start), entries);
    }

    private void refuseTag(@Nullable String tag, Event event, KeyPath path) {
        if (tag != null) {
            problems.error(line(event), path, "the tag " + Sanitizer.value(tag)
                    + " (tags are not allowed; a text that begins with ! must be quoted)");
        }
    }

    private void count(int more, Event event, KeyPath path) throws TreeException {
        nodes += more;
        if (nodes > MAX_NODES) {
            throw new TreeException(line(event), path,
                    "too much: more than " + MAX_NODES + " values, aliases written out");
        }
    }

    private static int line(Event event) {
        return event.getStartMark().getLine() + 1;
    }

    private static int lineOf(@Nullable Mark mark) {
        return mark == null ? 0 : mark.getLine() + 1;
    }

    /** Ends the reading: what follows could not be trusted or would cost too much. */
    private static final class TreeException extends Exception {
        private static final long serialVersionUID = 1L;
        private final int line;
        private final transient KeyPath path;

        TreeException(int line, KeyPath path, String message) {
            super(message, null, false, false);
            this.line = line;
            this.path = path;
        }
    }
}
