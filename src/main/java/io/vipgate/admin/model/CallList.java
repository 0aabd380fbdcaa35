package io.vipgate.admin.model;

import java.util.List;

/**
 * What can be called.
 *
 * <p>Immutable.
 *
 * @param calls method and path, with <code>{}</code> for a name
 */
public record CallList(List<String> calls) {}
