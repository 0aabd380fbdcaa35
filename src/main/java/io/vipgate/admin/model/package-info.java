/**
 * What the admin API answers, as records: the names of their components are the names in the JSON.
 *
 * <p>Main types: {@link io.vipgate.admin.model.GatewayStatus}, {@link io.vipgate.admin.model.Explanation},
 * {@link io.vipgate.admin.model.HistoryAnswer}, {@link io.vipgate.admin.model.RelayList},
 * {@link io.vipgate.admin.model.PinList}. {@code docs/openapi.yaml} describes them. Depends on {@code json} alone.
 */
@NullMarked
package io.vipgate.admin.model;

import org.jspecify.annotations.NullMarked;
