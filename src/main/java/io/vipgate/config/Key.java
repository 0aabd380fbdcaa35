package io.vipgate.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares a record's component as a key of the file; the component's name is the key. The only place where a key is
 * described.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Key {
    /** What it means, in Markdown, one line. */
    String doc();

    /**
     * The default, as it would be written in the file. Items of a list stand apart by a comma and a space. Lists and maps are empty, optional keys absent and sections all
     * defaults without it.
     */
    String byDefault() default "";

    /**
     * Its earlier names, which are still read in its place, with a warning that tells the present one. How long they stay is
     * said in {@code docs/upgrading.md}.
     */
    String[] formerly() default {};

    /** How the default reads in the table where it cannot be written as a value. */
    String shown() default "";

    /** Whether leaving it out is an error. */
    boolean required() default false;

    /** The least value, as it would be written; empty for none. Of a list: of each item. */
    String min() default "";

    /** The greatest value, as it would be written; empty for none. Of a list: of each item. */
    String max() default "";

    /** Whether a {@code double} is a share, written in percent. */
    boolean percent() default false;

    /** Of a mapping: what its keys are. */
    MapKeys keys() default MapKeys.NAME;

    /** Whether a list of one may be written as a single value. */
    boolean orScalar() default false;
}
