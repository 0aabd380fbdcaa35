"""What the lab plays: each scenario begins with nothing running, and checks what it must show."""

from lab.scenarios import (dark_vip, ecmp, gateway_pair, import_lvs, iptables_comparison, one_vip_failover, partial_failures,
                           rebalancing, replace_iptables, standby, transparent_source, two_vips, unconfirmed_reload)

#: In the order in which they are played.
SCENARIOS = {module.__name__.rpartition(".")[2]: module.play for module in (
    one_vip_failover, two_vips, replace_iptables, import_lvs, gateway_pair, standby, transparent_source,
    partial_failures, dark_vip, ecmp)}

#: Only when asked for by name, for their time: integration tests of the gateway play the like of the first two.
ON_DEMAND = {"rebalancing": rebalancing.play, "unconfirmed_reload": unconfirmed_reload.play, "compare_dark_vip": dark_vip.compare,
             "iptables_comparison": iptables_comparison.play}
