package io.vipgate.gateway;

import io.vipgate.accesslog.AccessLog;
import io.vipgate.accesslog.AccessLogPlan;
import io.vipgate.control.ConfigChange;
import org.jspecify.annotations.Nullable;

/** The access log gets another plan. Confined to the control thread. */
final class AccessLogChange implements ConfigChange {
    private final AccessLog log;
    private final @Nullable AccessLogPlan before;
    private final @Nullable AccessLogPlan next;

    AccessLogChange(AccessLog log, @Nullable AccessLogPlan next) {
        this.log = log;
        this.next = next;
        before = log.plan();
    }

    @Override
    public void commit() {
        log.configure(next);
    }

    @Override
    public void rollBack() {
        log.configure(before);
    }
}
