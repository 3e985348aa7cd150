"""What puts a node right again, one thing each, for every fault and for whatever an interrupted run left.

Each is a condition and a remedy as shell text (see `drill.faults.base.Mend`): safe at any time, told only when
it did something. Sources: nft(8), iptables(8), corosync.service, pacemakerd(8), crm_attribute(8), mount(8).
"""

from __future__ import annotations

import shlex

from cluster import pcs
from cluster.corosync_conf import PATH
from drill.faults import background
from drill.faults.background import FOLDER
from drill.faults.base import Fault, FaultScope, Remedy, RemedyFactory
from inventory.platforms.base import Action, Platform
from status import node_shell

TABLE = "ha_lab"
CHAINS = {"INPUT": "HA_LAB_IN", "OUTPUT": "HA_LAB_OUT"}
"""The lab's own chains of iptables, by where they are called from."""
STATE = "/var/lib/pacemaker"
SMALL_DISK = "ha-lab-full"
"""The source that mount(8) shows for the small file system of disk-full."""
TWO_NODE = f"{FOLDER}/corosync.conf"
"""The corosync.conf with two_node, laid over the real one by mount(8): that one is not touched at all."""
LAID = f"grep -q ' {PATH} ' /proc/mounts"
WITHIN = "nsenter -m -t $(pidof corosync)"
"""corosync.service has a PrivateTmp, so that a running corosync may have mounts of its own (nsenter(1))."""
VOTES = "corosync.conf is the one of before, without two_node"
RAN_OUT = "its timer ran out"
BROKEN = "zz-ha-lab-broken.conf"
_DAEMONS = "pacemaker|(cib|stonithd|lrmd|attrd|pengine|crmd)$"
"""Pacemaker's processes: those of 2.x by their beginning (comm is cut at 15), those of 1.1 by name."""


def holds_address(scope: FaultScope) -> str:
    """A condition: the floating address is on this node."""
    return node_shell.holds(scope.lab.vip)


def remove_address(scope: FaultScope) -> str:
    """Take the floating address off this node."""
    return (
        f"ip -o -4 addr show | grep -F ' {scope.lab.vip}/' |"
        " while read -r _ dev _ address _; do ip addr del $address dev $dev; done"
    )


def cluster_runs(platform: Platform) -> str:
    """A condition: corosync and pacemaker run here, and are not on their way down."""
    there = f"pidof corosync >/dev/null && pidof {platform.cluster_process} >/dev/null"
    return " && ".join([there, *platform.services.active(platform.cluster_services)])


def service(platform: Platform, action: Action, unit: str) -> str:
    """An action on a service."""
    return shlex.join(platform.services.command(action, unit))


def timer(fault: str) -> RemedyFactory:
    """End the timer that a fault armed here."""
    name = f"timer-{fault}"
    return lambda scope: Remedy(
        f"disarmed the timer that would heal {fault}", background.alive(name), background.end(name)
    )


def timer_fired(fault: str) -> RemedyFactory:
    """Tell that the timer was quicker than whoever was to heal."""
    event = f"{FOLDER}/timer-{fault}.fired"
    return lambda scope: Remedy(
        f"the node had healed {fault} itself before: {RAN_OUT}", f"[ -e {event} ]", f"rm -f {event}"
    )


def action(scope: FaultScope) -> Remedy:
    """End the command that a killed drill had begun here: what comes after would undo the healing."""
    file = f"{FOLDER}/act.pid"
    return Remedy(
        "ended what an interrupted drill was still doing",
        background.alive("act"),
        f"pkill -KILL -g $(ps -o pgid= -p $(cat {file}) | tr -d ' ') && rm -f {file}",
    )


def timers(scope: FaultScope) -> Remedy:
    """End every timer that is still armed here."""
    each = f"for f in {FOLDER}/timer-*.pid; do [ -e $f ] || continue; n=$(basename $f .pid); p=$(cat $f)"
    armed = f'{each}; grep -qs "ha-lab-$n" /proc/$p/cmdline && echo armed; done | grep -q armed'
    return Remedy(
        "disarmed the timers of an earlier drill",
        armed,
        f'{each}; ! grep -qs "ha-lab-$n" /proc/$p/cmdline || {{ kill -KILL $p; pkill -KILL -s $p; }}; rm -f $f; done',
    )


def traffic(scope: FaultScope) -> Remedy:
    """Let the cluster's traffic through."""
    if scope.platform.packet_filter.name == "nft":
        return Remedy(
            "let the cluster's traffic through: no more nft table ha_lab",
            f"nft list table inet {TABLE} >/dev/null 2>&1",
            f"nft delete table inet {TABLE}",
        )
    off = "; ".join(
        f"iptables -D {hook} -j {chain} 2>/dev/null; iptables -F {chain} 2>/dev/null; iptables -X {chain} 2>/dev/null"
        for hook, chain in CHAINS.items()
    )
    there = " || ".join(f"iptables -nL {chain} >/dev/null 2>&1" for chain in CHAINS.values())
    return Remedy(
        "let the cluster's traffic through: no more HA_LAB chains", there, f"{off}; ! {{ {there}; }}"
    )


def delay(scope: FaultScope) -> Remedy:
    """End the loop that holds corosync back."""
    return Remedy(
        "corosync is held back no longer",
        background.alive("delay"),
        f"{background.end('delay')}; pkill -CONT -x corosync",
    )


def cpu(scope: FaultScope) -> Remedy:
    """End the loops that eat the processors."""
    return Remedy("the processors are free", background.alive("cpu"), background.end("cpu"))


def stopped(scope: FaultScope) -> Remedy:
    """Let processes go on that were stopped with SIGSTOP."""
    ours = f"corosync$|{_DAEMONS}|{scope.platform.web_process}$"
    return Remedy(
        "let stopped processes go on (SIGCONT)",
        f"ps -eo stat=,comm= | grep -qE '^T[^ ]* +({ours})'",
        f"pkill -CONT '^({ours})' 2>/dev/null",
    )


def disk(scope: FaultScope) -> Remedy:
    """Take the small full file system away. Pacemaker stopped writing its CIB; SIGPIPE lets it write again."""
    mounted = f"grep -q '^{SMALL_DISK} {STATE} ' /proc/mounts"
    return Remedy(
        f"took the full file system off {STATE}",
        mounted,
        f"umount {STATE} || umount -l {STATE}; pkill -PIPE '^(pacemaker-based|cib)$'; ! {mounted}",
    )


def web_file(scope: FaultScope) -> Remedy:
    """Take the broken line out of the web server's configuration."""
    path = f"{scope.platform.web_include}/{BROKEN}"
    return Remedy(f"removed {path}", f"[ -e {path} ]", f"rm -f {path}")


def no_two_node(scope: FaultScope) -> Remedy:
    """Take the corosync.conf with two_node away again. A corosync that still waits for all is started anew."""
    services = scope.platform.cluster_services
    down = [service(scope.platform, "stop", one) for one in reversed(services)]
    again = "; ".join(down + [service(scope.platform, "start", one) for one in services])
    running = "pidof corosync >/dev/null"
    return Remedy(
        VOTES,
        f"{LAID} || {{ {running} && {WITHIN} {LAID}; }}",
        f"! {LAID} || umount {PATH} || umount -l {PATH}\n"
        f"if {running}; then\n"
        f"! {WITHIN} {LAID} || {WITHIN} umount {PATH}; corosync-cfgtool -R\n"
        f"if corosync-quorumtool -s | grep -q '^Flags:.*WaitForAll'; then {again}; fi\nfi\n"
        f"rm -f {TWO_NODE}; ! {LAID}",
    )


def cluster(scope: FaultScope) -> Remedy:
    """Start the cluster where it is down; first away with what a dead one left running (two owners!)."""
    platform = scope.platform
    services = platform.cluster_services
    start = " && ".join(service(platform, "start", unit) for unit in services)
    stop = "; ".join(f"timeout 20 {service(platform, 'stop', unit)}" for unit in reversed(services))
    forget = platform.services.forget_failures(services)
    known = f"{forget}; " if forget else ""
    return Remedy(
        "started the cluster on this node",
        f"! {{ {cluster_runs(platform)}; }}",
        # A corosync that lives keeps what runs: pacemaker alone takes it over again.
        f"if {'true' if len(services) == 1 else '! pidof corosync >/dev/null'}; then\n"
        f"{stop}; pkill -KILL '^(corosync$|{_DAEMONS})' 2>/dev/null\n"
        # The killed leave their libqb buffers, 30 MB of memory each time.
        f"rm -rf /dev/shm/qb-*\n"
        f"{service(platform, 'stop', platform.web_service)}; pkill -KILL -x {platform.web_process}\n"
        f"{remove_address(scope)}\n"
        f"fi\n"
        f"{known}{start}",
    )


def standby(scope: FaultScope) -> Remedy:
    """End standby on this node."""
    name = scope.target.name
    read = f"crm_attribute -q -t nodes -N {name} -n standby -G 2>/dev/null | grep -qiE '^(on|true|yes)'"
    return Remedy(
        f"{name} is no longer in standby",
        f"pidof {scope.platform.cluster_process} >/dev/null && {read}",
        f"{shlex.join(pcs.unstandby(scope.platform.pcs, name))}; ! {{ {read}; }}",
    )


def maintenance(scope: FaultScope) -> Remedy:
    """End maintenance mode of the whole cluster; the property goes, so the configuration is as before."""
    ask = "crm_attribute -q -t crm_config -n maintenance-mode"
    read = f"{ask} -G 2>/dev/null | grep -qiE '^(true|on|yes)'"
    return Remedy(
        "the cluster is no longer in maintenance mode",
        f"pidof {scope.platform.cluster_process} >/dev/null && {read}",
        f"{ask} -D",
    )


def bans(scope: FaultScope) -> Remedy:
    """Remove the constraints that a move or a ban left behind."""
    listed = (
        'cibadmin -Q -o constraints 2>/dev/null | sed -n \'s/.*<rsc_[a-z]* id="\\(cli-[^"]*\\)".*/\\1/p\''
    )
    delete = shlex.join(pcs.constraint_delete(scope.platform.pcs, "ID")).replace("ID", "$id")
    return Remedy(
        "removed the constraints that a move or a ban left behind",
        f"pidof {scope.platform.cluster_process} >/dev/null && {listed} | grep -q .",
        f"{listed} | while read -r id; do {delete}; done; ! {{ {listed} | grep -q .; }}",
    )


def address(scope: FaultScope) -> Remedy:
    """Let the cluster look again where it believes the address to be, without waiting for its monitor."""
    return _refresh(scope, "address", f"! {holds_address(scope)}")


def web(scope: FaultScope) -> Remedy:
    """Let the cluster look again where it believes the web server to run."""
    return _refresh(scope, "web", f"! pidof {scope.platform.web_process} >/dev/null")


def _refresh(scope: FaultScope, kind: str, gone: str) -> Remedy:
    id_, name = scope.lab.resource(kind).id, scope.target.name
    return Remedy(
        f"let the cluster look at {id_} again, which was gone from {name}",
        f"{gone} && crm_resource -W -r {id_} 2>/dev/null | grep -qF 'running on: {name}'",
        shlex.join(pcs.refresh(scope.platform.pcs, id_)),
    )


def failures(scope: FaultScope) -> Remedy:
    """Forget the failures of resources, so that they may run where they failed."""
    seen = "{ crm_mon -X -r; cibadmin -Q -o status; } 2>/dev/null | grep -qE '<failure |\"fail-count-'"
    return Remedy(
        "forgot the failures of the resources",
        f"pidof {scope.platform.cluster_process} >/dev/null && {seen}",
        shlex.join(pcs.cleanup(scope.platform.pcs)),
    )


NODE: tuple[RemedyFactory, ...] = (
    action,
    timers,
    traffic,
    delay,
    cpu,
    stopped,
    disk,
    web_file,
    no_two_node,
    cluster,
)
"""All that can be wrong on one node, in the order to put it right."""
POLICY: tuple[RemedyFactory, ...] = (maintenance, standby, bans, address, web, failures)
"""All that can be left in the cluster's configuration and memory; asks for a running cluster."""


def of(fault: Fault) -> tuple[RemedyFactory, ...]:
    """What heals a fault, its own timer first."""
    own = (timer_fired(fault.name), timer(fault.name)) if fault.armed else ()
    return (*own, *fault.remedies)
