"""The lab at a glance: machines, nodes, DC, quorum, placements, who holds the VIP, what it answers, scores."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

from cli.context import Context
from cluster import crm_mon, scores
from inventory.errors import LabError, RouteRefused
from inventory.model import Command, Node
from inventory.remote import sections


@dataclass(frozen=True)
class NodeView:
    """One node: its machine, whether it answers over ssh, its part in the cluster, and whether it holds the VIP."""

    name: str
    address: str
    machine: str
    reachable: bool = False
    cluster: str = "unknown"
    holds_vip: bool = False
    memory_mb: int | None = None

    @property
    def plight(self) -> str:
        """What is wrong with the node, "" when nothing is: the cause before its consequences."""
        if self.machine != "running":
            return self.machine
        if not self.reachable:
            return "not reached over ssh"
        return "" if self.cluster == "online" else f"{self.cluster} in the cluster"


@dataclass(frozen=True)
class Overview:
    """All of `./lab status`; `page` is what the VIP answered, `refused` why nothing was sent to it."""

    provider: str
    platform: str
    url: str
    page: str
    refused: str
    dc: str | None
    quorate: bool
    nodes: tuple[NodeView, ...]
    resources: dict[str, tuple[str, ...]]
    failures: tuple[str, ...]
    scores: tuple[scores.Score, ...]

    @property
    def troubles(self) -> tuple[str, ...]:
        """What keeps the lab from being healthy, a line each; none when it is."""
        found = [f"{one.name} is {one.plight}" for one in self.nodes if one.plight]
        found += [] if self.dc else ["no DC"]
        found += [] if self.quorate else ["partition WITHOUT quorum"]
        found += [f"{id_} runs on {len(on)} nodes" for id_, on in self.resources.items() if len(on) != 1]
        found += [] if self.resources else ["no resources"]
        holders = [one.name for one in self.nodes if one.holds_vip]
        found += [] if len(holders) == 1 else [f"the VIP is held by {' and '.join(holders) or 'no node'}"]
        found += [] if self.page else [self.refused or f"{self.url} does not answer"]
        return (*found, *self.failures)

    def json(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "troubles": self.troubles, "healthy": not self.troubles}


def reading(node: Node, vip: str) -> Command:
    """One command that reads all of a node that `./lab status` shows."""
    parts = {
        "state": " ".join(crm_mon.COMMAND),
        "scores": " ".join(scores.COMMAND),
        "vip": f"ip -o -4 addr show | grep -q -F ' {vip}/' && echo yes",
        "memory": (
            "cat /sys/fs/cgroup/memory.current /sys/fs/cgroup/memory/memory.usage_in_bytes"
            " || awk '/MemTotal/ {t=$2} /MemAvailable/ {a=$2} END {print (t-a)*1024}' /proc/meminfo"
        ),
    }
    return Command.script(node.name, sections.script(parts), deadline=20)


def look(context: Context) -> Overview:
    """Read everything at the same time. Raises MachineError without any lab; a dead node is only shown as such."""
    choice, lab = context.machines.choice, context.lab
    running = context.machines.running()
    with ThreadPoolExecutor(max_workers=len(lab.nodes) + 1) as pool:
        asked = {node: pool.submit(_read, context, node) for node in lab.nodes if running[node.name]}
        answer = pool.submit(_fetch, context)
        parts = {node: asked[node].result() if node in asked else None for node in lab.nodes}
        page, refused = answer.result()
    states = {node: _state(part) for node, part in parts.items()}
    seen = [state for state in states.values() if state is not None]
    best = max(seen, key=lambda state: (state.quorate, state.dc is not None), default=None)
    return Overview(
        provider=choice.provider,
        platform=choice.platform,
        url=lab.url,
        page=page,
        refused=refused,
        dc=best.dc if best else None,
        quorate=best.quorate if best else False,
        nodes=tuple(_view(node, running[node.name], parts[node], best) for node in lab.nodes),
        resources={one.id: best.where(one.id) for one in lab.resources if _known(best, one.id)}
        if best
        else {},
        failures=tuple(f"{f.task} of {f.resource} failed on {f.node}: {f.reason}" for f in best.failures)
        if best
        else (),
        scores=_scores(parts),
    )


def _known(state: crm_mon.ClusterState, resource: str) -> bool:
    return any(one.resource == resource for one in state.placements)


def _read(context: Context, node: Node) -> dict[str, str] | None:
    try:
        return sections.read(context.remote.run(reading(node, str(context.lab.vip))).out)
    except LabError:
        return None


def _fetch(context: Context) -> tuple[str, str]:
    try:
        return context.fetch(), ""
    except RouteRefused as error:
        return "", error.message


def _state(part: dict[str, str] | None) -> crm_mon.ClusterState | None:
    try:
        return crm_mon.parse(part["state"]) if part and part.get("state", "").strip() else None
    except LabError:
        return None


def _view(
    node: Node, running: bool, part: dict[str, str] | None, best: crm_mon.ClusterState | None
) -> NodeView:
    machine = "running" if running else "off"
    cluster = "unknown"
    if best is not None:
        found = next((one for one in best.nodes if one.name == node.name), None)
        cluster = "OFFLINE" if found is None or not found.online else "online"
        if found is not None and found.online:
            cluster = (
                "standby"
                if found.standby
                else "UNCLEAN"
                if found.unclean
                else "pending"
                if found.pending
                else "online"
            )
    if part is None:
        return NodeView(node.name, str(node.address), machine, cluster=cluster)
    words = part.get("memory", "").split()
    memory = int(words[0]) // 2**20 if words and words[0].isdigit() else None
    return NodeView(
        node.name, str(node.address), machine, True, cluster, part.get("vip", "").strip() == "yes", memory
    )  # fmt: skip


def _scores(parts: dict[Node, dict[str, str] | None]) -> tuple[scores.Score, ...]:
    for part in parts.values():
        try:
            if part:
                return scores.parse_simulation(part.get("scores", ""))
        except LabError:
            continue
    return ()
