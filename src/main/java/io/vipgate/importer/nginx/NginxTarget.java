package io.vipgate.importer.nginx;

import io.vipgate.importer.common.ClientSet;

/**
 * Where clients of an address are passed on to.
 *
 * <p>Immutable.
 *
 * @param unserved clients for whom there is no target
 */
record NginxTarget(NginxChoice choice, ClientSet unserved) {
    /** For every client. */
    static NginxTarget forAll(NginxChoice choice) {
        return new NginxTarget(choice, ClientSet.NONE);
    }
}
