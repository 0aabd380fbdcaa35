/**
 * Tests of what people read: configurations, links, names and messages in the documents are those of the program.
 *
 * <p>Main types: {@link io.vipgate.docs.DocumentationTest}, {@link io.vipgate.docs.Markdown}. May depend on
 * {@code config}.
 */
@NullMarked
package io.vipgate.docs;

import org.jspecify.annotations.NullMarked;
