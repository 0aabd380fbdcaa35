/**
 * What all importers share: reading text, noting what changes or is lost, and writing the configuration.
 *
 * <p>Main types, in the order in which a file passes through them: {@link io.vipgate.importer.common.InputText} (limits, lines),
 * {@link io.vipgate.importer.common.Tokenizer} (words, by the {@link io.vipgate.importer.common.Syntax} of a program),
 * {@link io.vipgate.importer.common.BlockBuilder} and {@link io.vipgate.importer.common.Statement} (words in blocks),
 * {@link io.vipgate.importer.common.ConfigDraft} (what vipgate would refuse is corrected or left out) and {@code YamlWriter};
 * {@link io.vipgate.importer.common.Notes} collects what the operator must know, by line. May depend on {@code io.vipgate.text} and
 * the JDK alone.
 */
@NullMarked
package io.vipgate.importer.common;

import org.jspecify.annotations.NullMarked;
