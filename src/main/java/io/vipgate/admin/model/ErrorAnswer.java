package io.vipgate.admin.model;

import java.util.List;

/**
 * Why a call was refused.
 *
 * <p>Immutable.
 */
public record ErrorAnswer(String error, List<String> details) {}
