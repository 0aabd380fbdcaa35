package io.vipgate.importer.nginx;

import io.vipgate.importer.common.ClientSet;
import io.vipgate.importer.common.DraftRoutes;

/**
 * Where clients of an address are passed on to.
 *
 * <p>Immutable.
 *
 * @param routes by what they begin with
 * @param unserved clients for whom there is no target
 * @param unservedPeers balancers by whom they come, for whose clients there is none
 */
record NginxTarget(DraftRoutes<NginxChoice> routes, ClientSet unserved, ClientSet unservedPeers) {
    /** For every client, whatever it begins with. */
    static NginxTarget forAll(NginxChoice choice) {
        return by(DraftRoutes.plain(choice));
    }

    /** For every client, by what it begins with. */
    static NginxTarget by(DraftRoutes<NginxChoice> routes) {
        return new NginxTarget(routes, ClientSet.NONE, ClientSet.NONE);
    }
}
