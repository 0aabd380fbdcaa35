package io.vipgate.admin.model;

import java.util.List;

/**
 * Whether new clients should be sent to the gateway.
 *
 * <p>Immutable.
 *
 * @param reasons why not
 */
public record ReadinessAnswer(boolean ready, List<String> reasons) {}
