package io.vipgate.config;

import io.vipgate.text.Sanitizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Collects what is wrong with one file, so that all of it is told at once. <b>Confined to one load.</b> */
final class Problems {
    private final String file;
    private final List<Problem> errors = new ArrayList<>();
    private final List<Problem> warnings = new ArrayList<>();
    private final Set<KeyPath> touched = new HashSet<>();

    Problems(String file) {
        this.file = file;
    }

    /** Records an error. The path and everything above it count as {@linkplain #touches touched}. */
    void error(int line, KeyPath path, String message) {
        errors.add(new Problem(file, line, path.toString(), message));
        for (KeyPath p = path; touched.add(p) && !p.isRoot();) {
            p = p.parent();
        }
    }

    void error(int line, KeyPath path, BadValueException bad, String text) {
        error(line, path, Sanitizer.value(text) + " (" + bad.rule() + ")");
    }

    void warn(int line, KeyPath path, String message) {
        warnings.add(new Problem(file, line, path.toString(), message));
    }

    /** Whether an error stands at this path or below it, so that a rule about it would only repeat or mislead. */
    boolean touches(KeyPath path) {
        return touched.contains(path);
    }

    boolean none() {
        return errors.isEmpty();
    }

    /** By line; within a line in the order found. */
    List<Problem> errors() {
        return errors.stream().sorted(Comparator.comparingInt(Problem::line)).toList();
    }

    /** By line; within a line in the order found. */
    List<Problem> warnings() {
        return warnings.stream().sorted(Comparator.comparingInt(Problem::line)).toList();
    }
}
