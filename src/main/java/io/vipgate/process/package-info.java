/**
 * One gateway as a process: its wiring, signals, service manager, log, and the configuration's file.
 *
 * <p>Main types: {@link io.vipgate.process.GatewayServer} (builds and wires everything),
 * {@link io.vipgate.process.GatewayProcess} (signals, systemd), {@link io.vipgate.process.Reloader},
 * {@link io.vipgate.process.Logging} (the only user of Logback). May depend on every package but {@code cli} and
 * {@code demo}.
 */
@NullMarked
package io.vipgate.process;

import org.jspecify.annotations.NullMarked;
