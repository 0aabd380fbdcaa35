package io.vipgate.importer.common;

/**
 * How much of a file is in the configuration.
 *
 * <p>Immutable.
 *
 * @param listeners how many are written
 * @param listenersFound how many the file asks for, at least as many
 * @param pools how many are written
 * @param endpoints how many are written, in all pools together
 * @param endpointsFound how many the file asks for, at least as many
 */
public record ImportCounts(int listeners, int listenersFound, int pools, int endpoints, int endpointsFound) {
    static final ImportCounts NOTHING = new ImportCounts(0, 0, 0, 0, 0);
}
