"""What the lab plays: each scenario begins with nothing running, and checks what it must show."""

from lab.scenarios import (ecmp, gateway_pair, import_lvs, iptables_comparison, one_vip_failover, partial_failures,
                           replace_iptables, standby, transparent_source, two_vips, unconfirmed_reload)

#: In the order in which they are played.
SCENARIOS = {module.__name__.rpartition(".")[2]: module.play for module in (
    one_vip_failover, two_vips, replace_iptables, import_lvs, gateway_pair, standby, unconfirmed_reload, transparent_source, partial_failures, ecmp,
    iptables_comparison)}
