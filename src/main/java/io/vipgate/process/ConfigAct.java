package io.vipgate.process;

/**
 * How a change of the configuration is called, in the log and among the events.
 *
 * <p>Immutable.
 *
 * @param name for an attempt: {@code reload of gateway.yaml}
 * @param done for one that was made: {@code reloaded gateway.yaml}
 * @param shortName for an attempt, among the events
 * @param shortDone for one that was made, among the events
 */
record ConfigAct(String name, String done, String shortName, String shortDone) {
    /** The file is read again. */
    static ConfigAct reload(Object file) {
        return new ConfigAct("reload of " + file, "reloaded " + file, "reload", "reloaded");
    }

    /** The files of access lists are read again. */
    static ConfigAct lists() {
        return of("reload of the access lists", "reloaded the access lists");
    }

    /** An earlier configuration comes back. */
    static ConfigAct rollback(Object since) {
        return of("rollback to the configuration of " + since, "rolled back to the configuration of " + since);
    }

    /** What was on trial goes. */
    static ConfigAct takingBack() {
        return of("return to the configuration before the trial", "returned to the configuration before the trial");
    }

    private static ConfigAct of(String name, String done) {
        return new ConfigAct(name, done, name, done);
    }
}
