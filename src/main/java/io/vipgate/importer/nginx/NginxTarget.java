package io.vipgate.importer.nginx;

import io.vipgate.importer.common.ClientSet;

/**
 * Where clients of an address are passed on to.
 *
 * <p>Immutable.
 *
 * @param unserved clients for whom there is no target
 * @param unservedPeers balancers by whom they come, for whose clients there is none
 */
record NginxTarget(NginxChoice choice, ClientSet unserved, ClientSet unservedPeers) {
    /** For every client. */
    static NginxTarget forAll(NginxChoice choice) {
        return new NginxTarget(choice, ClientSet.NONE, ClientSet.NONE);
    }
}
