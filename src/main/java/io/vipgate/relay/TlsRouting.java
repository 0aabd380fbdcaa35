package io.vipgate.relay;

import io.vipgate.clienthello.HelloRoutes;

/**
 * Which pool a TLS client of a listener gets, by its ClientHello.
 *
 * <p>Immutable; each loop has its own, since the pools are its own.
 *
 * @param routes where ClientHellos lead
 * @param rejectsUnknown whether clients are refused that name a server which is not among the names
 * @param rejectsNameless whether clients are refused that name none
 * @param rejectsOthers whether clients are refused that do not begin with TLS
 * @param timeoutNanos for the whole ClientHello to come
 * @param maxBytes a longer ClientHello is refused
 */
public record TlsRouting(HelloRoutes<LoopPool> routes, boolean rejectsUnknown, boolean rejectsNameless,
        boolean rejectsOthers, long timeoutNanos, int maxBytes) {}
