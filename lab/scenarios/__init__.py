"""What the lab plays: each scenario begins with nothing running, and checks what it must show."""

from lab.scenarios import (dark_vip, ecmp, gateway_pair, import_lvs, iptables_comparison, one_vip_failover, partial_failures,
                           rebalancing, replace_iptables, standby, transparent_source, two_vips, unconfirmed_reload)

#: In the order in which they are played.
SCENARIOS = {module.__name__.rpartition(".")[2]: module.play for module in (
    one_vip_failover, two_vips, replace_iptables, import_lvs, gateway_pair, standby, unconfirmed_reload, transparent_source,
    partial_failures, dark_vip, rebalancing, ecmp, iptables_comparison)}

#: Only when asked for by name: they compare, and take minutes.
ON_DEMAND = {"compare_dark_vip": dark_vip.compare}
