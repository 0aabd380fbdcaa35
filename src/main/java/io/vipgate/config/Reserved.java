package io.vipgate.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Names keys of a section that will mean something one day and are refused until then. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface Reserved {
    /** The keys. */
    String[] value();
}
