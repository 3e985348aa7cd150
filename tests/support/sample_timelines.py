"""Timelines as a drill would have recorded them, made by code: which node answered, which held the address, when."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from drill.checks.verdict import FAIL, PASS, UNKNOWN, Verdict
from drill.record.header import Header, Prediction, ProbeFigures
from drill.record.timeline import ClientName, Event, NodeReading, Sample, Timeline
from tests.support.example_lab import NODE1, NODE2, example_lab

NODES = (NODE1, NODE2)
State = Callable[[float], str]
"""What a client gets at a moment: the name of a node whose page comes, or a way to fail."""


def requests(
    state: State, *, end: float, hz: float = 20, client: ClientName = "probe", seed: int = 1
) -> list[Sample]:
    """Requests at a fixed rate; a timeout takes 0.5 s, all the rest some milliseconds."""
    chance = random.Random(seed)
    found = []
    for slot in range(int(end * hz)):
        sent = round(slot / hz + chance.uniform(0.0, 0.002), 4)
        answer = state(sent)
        took = 0.5 if answer == "timeout" else chance.uniform(0.002, 0.009)
        good = answer in NODES
        outcome: Any = "ok" if good else answer
        page, status = (answer, 200) if good else ("", 503 if answer == "http_error" else None)
        found.append(Sample(sent, round(sent + took, 4), client, outcome, page, status))
    return found


def readings(
    node: str, say: Callable[[float], dict[str, Any]], *, end: float, every: float = 0.2
) -> list[NodeReading]:
    """Readings of one node at a fixed spacing, each 40 ms long; `say` gives what differs from a calm passive node."""
    calm = {"web": "stopped", "quorate": True, "members": NODES, "dc": NODE1, "corosync": True}
    calm |= {"placements": {"WebIP": NODE1, "WebServer": NODE1}}
    found = []
    for n in range(int(end / every)):
        asked = round(n * every + (0.0 if node == NODE1 else every / 2), 3)
        said = {**calm, **say(asked)}
        if said.get("seen", True):
            found.append(NodeReading(asked=asked, at=round(asked + 0.04, 3), node=node, **said))
        else:
            found.append(NodeReading(asked=asked, at=round(asked + 0.04, 3), node=node, seen=False))
    return found


def header(scenario: str, fault: str, prediction: Prediction, budget_s: float, /, **more: Any) -> Header:
    """What a drill notes about a scenario."""
    plain = Header(
        scenario=scenario,
        fault=fault,
        nodes=NODES,
        roles={"active": NODE1, "passive": NODE2, "target": NODE1, "dc": NODE1},
        url=example_lab().url,
        probe_hz=20,
        token_s=3.0,
        before=("property no-quorum-policy=ignore", "default resource-stickiness=100"),
        after=("property no-quorum-policy=ignore", "default resource-stickiness=100"),
        probe=ProbeFigures(600, 1, 0.012),
        prediction=prediction,
        budget_s=budget_s,
    )
    return replace(plain, **more)


def failover(scenario: str = "frozen-node", **more: Any) -> Timeline:
    """30 s at 20 Hz: the active node freezes at 8 s, its peer serves from 14.9 s, the node is thawed at 22 s."""
    end, cut, taken, thawed = 30.0, 8.0, 14.9, 22.0

    def client(at: float) -> str:
        if at < cut:
            return NODE1
        if at < taken - 0.25:
            return "timeout"
        return "refused" if at < taken else NODE2

    def kept(at: float) -> str:
        return (
            NODE1 if at < cut else "timeout" if at < taken - 0.4 else "reset" if at < taken + 0.2 else NODE2
        )

    def first(at: float) -> dict[str, Any]:
        if cut <= at < thawed:
            return {"seen": False}
        served = at < cut
        return {"owns_vip": served, "web": "running" if served else "stopped"}

    def second(at: float) -> dict[str, Any]:
        alone = cut + 6.3 <= at < thawed + 1.5
        held = at >= taken - 0.3
        where = NODE2 if at >= cut + 6.5 else NODE1
        said: dict[str, Any] = {"owns_vip": held, "placements": {"WebIP": where, "WebServer": where}}
        return {**said, "members": (NODE2,), "quorate": False, "dc": NODE2} if alone else said

    events = (
        Event(cut, "inject", "node frozen", NODE1),
        Event(cut + 0.3, "landed", "node frozen", NODE1, "the machine does not run"),
        Event(thawed, "heal", "node frozen", NODE1),
        Event(thawed + 0.4, "healed", "node frozen", NODE1),
        Event(28.5, "settled"),
    )
    samples = requests(client, end=end) + requests(kept, end=end, hz=5, client="keepalive", seed=2)
    node_readings = readings(NODE1, first, end=end) + readings(NODE2, second, end=end)
    return Timeline(
        header(scenario, "node_frozen", Prediction(6.0, 13.3), 30.0, **more),
        tuple(samples),
        tuple(node_readings),
        events,
    )


def seen_by_all(scenario: str = "frozen-node", **more: Any) -> Timeline:
    """The same failover with clients that connect, and one behind a router; each of these has 5 requests a second.

    for one in requests(lambda at: NODE1 if at < cut else NODE2, end=end, hz=5, client="connecting"):
    """
    plain = failover(scenario, **more)
    cut, taken, end = 8.0, 14.9, plain.end
    connecting = []
    for one in requests(lambda at: NODE1 if at < cut else NODE2, end=end, hz=5, client="connecting", seed=4):
        if not cut <= one.sent < taken:
            connecting.append(one)
            continue
        wait = next(wait for wait in (1.0, 3.0, 7.0) if one.sent + wait >= taken)
        detail, done = f"SYN sent {({1.0: 2, 3.0: 3, 7.0: 4})[wait]} times", round(one.sent + wait, 4)
        connecting.append(Sample(one.sent, done, "connecting", "ok", NODE2, 200, detail))

    def routed(at: float) -> str:
        return NODE1 if at < cut else "timeout" if at < taken + 0.5 else NODE2

    behind = requests(routed, end=end, hz=5, client="routed", seed=5)
    return replace(
        plain,
        header=replace(plain.header, clients={"connecting": "", "routed": ""}, syn_linear=None),
        samples=(*plain.samples, *connecting, *behind),
    )


def graceful(scenario: str = "graceful-stop", outage: float = 0.35, **more: Any) -> Timeline:
    """20 s at 20 Hz: corosync is stopped in order at 6 s; clients are refused for `outage` seconds."""
    end, cut = 20.0, 6.0
    taken = cut + 0.1 + outage

    def client(at: float) -> str:
        return NODE1 if at < cut + 0.1 else "refused" if at < taken else NODE2

    def first(at: float) -> dict[str, Any]:
        if cut + 0.1 <= at < 14:
            return {"quorate": None, "members": (), "dc": "", "corosync": False, "placements": {}}
        return {"owns_vip": at < cut + 0.1, "web": "running" if at < cut + 0.1 else "stopped"}

    def second(at: float) -> dict[str, Any]:
        where = NODE2 if at >= cut + 0.1 else NODE1
        said: dict[str, Any] = {
            "owns_vip": at >= taken - 0.1,
            "placements": {"WebIP": where, "WebServer": where},
        }
        return {**said, "members": (NODE2,), "quorate": False} if cut + 0.2 <= at < 15 else said

    events = (
        Event(cut, "inject", "corosync stopped", NODE1),
        Event(cut + 0.5, "landed", "corosync stopped", NODE1),
        Event(14.0, "heal", "corosync stopped", NODE1),
        Event(14.6, "healed", "corosync stopped", NODE1),
        Event(19.0, "settled"),
    )
    samples = requests(client, end=end) + requests(client, end=end, hz=5, client="keepalive", seed=3)
    node_readings = readings(NODE1, first, end=end) + readings(NODE2, second, end=end)
    return Timeline(
        header(scenario, "corosync_stopped", Prediction(0.0, 8.6), 5.0, **more),
        tuple(samples),
        tuple(node_readings),
        events,
    )


def split_brain(scenario: str = "split-brain", **more: Any) -> Timeline:
    """The nodes are cut off from one another at 5 s; both hold the address until the cut is healed at 16 s."""
    end, cut, healed = 24.0, 5.0, 16.0

    def client(at: float) -> str:
        if not cut + 6.8 <= at < healed + 1:
            return NODE1
        return NODE2 if math.floor(at / 1.7) % 2 else NODE1

    def apart(at: float) -> bool:
        return cut + 6.6 <= at < healed + 1.2

    def first(at: float) -> dict[str, Any]:
        said: dict[str, Any] = {"owns_vip": True, "web": "running"}
        return {**said, "members": (NODE1,), "quorate": False} if apart(at) else said

    def second(at: float) -> dict[str, Any]:
        if not apart(at):
            return {}
        alone: dict[str, Any] = {"members": (NODE2,), "quorate": False, "dc": NODE2, "web": "running"}
        return {**alone, "owns_vip": True, "placements": {"WebIP": NODE2, "WebServer": NODE2}}

    events = (
        Event(cut, "inject", "traffic cut both ways", NODE1),
        Event(cut + 0.2, "landed", "traffic cut both ways", NODE1),
        Event(healed, "heal", "traffic cut both ways", NODE1),
        Event(healed + 0.2, "healed", "traffic cut both ways", NODE1),
    )
    samples = requests(client, end=end) + requests(lambda at: NODE1, end=end, hz=5, client="keepalive")
    node_readings = readings(NODE1, first, end=end) + readings(NODE2, second, end=end)
    return Timeline(
        header(scenario, "traffic_cut", Prediction(0.0, 13.3), 30.0, **more),
        tuple(samples),
        tuple(node_readings),
        events,
    )


def never(scenario: str = "no-quorum-stop", **more: Any) -> Timeline:
    """Every way to fail, and no end of it: under no-quorum-policy=stop the survivor starts nothing."""
    end, cut = 30.0, 6.0
    ways = ("refused", "http_error", "wrong_body", "reset", "unreachable", "timeout")

    def client(at: float) -> str:
        return NODE1 if at < cut else ways[min(int((at - cut) / 1.5), 5)]

    def first(at: float) -> dict[str, Any]:
        return {"owns_vip": True, "web": "running"} if at < cut else {"seen": False}

    def second(at: float) -> dict[str, Any]:
        return (
            {} if at < cut + 0.5 else {"members": (NODE2,), "quorate": False, "dc": NODE2, "placements": {}}
        )

    events = (
        Event(cut, "inject", "node powered off", NODE1),
        Event(cut + 0.6, "landed", "node powered off", NODE1),
    )
    samples = requests(client, end=end) + requests(client, end=end, hz=5, client="keepalive")
    node_readings = readings(NODE1, first, end=end) + readings(NODE2, second, end=end)
    return Timeline(
        header(scenario, "node_powered_off", Prediction(6.5, None), 30.0, **more),
        tuple(samples),
        tuple(node_readings),
        events,
    )


def not_landed(scenario: str = "lossy-traffic", **more: Any) -> Timeline:
    """A fault that did not take effect: nothing happened, so nothing is known."""
    end = 12.0
    events = (
        Event(4.0, "inject", "traffic lossy", NODE1),
        Event(5.0, "not_landed", "traffic lossy", NODE1, "netem is not there"),
        Event(5.2, "heal", "traffic lossy", NODE1),
    )
    node_readings = readings(NODE1, lambda at: {"owns_vip": True, "web": "running"}, end=end)
    node_readings += readings(NODE2, lambda at: {}, end=end)
    samples = requests(lambda at: NODE1, end=end)
    return Timeline(
        header(scenario, "traffic_lossy", Prediction(0.0, 2.0), 5.0, **more),
        tuple(samples),
        tuple(node_readings),
        events,
    )


def passes(*checks: str) -> tuple[Verdict, ...]:
    """Checks that passed, by name."""
    seen = "expected an outage of at most 30 s; seen: 6.85 to 7.00 s"
    return tuple(Verdict(name, PASS, seen, ("outage at 8.00 s: 6.85 to 7.00 s",)) for name in checks)


TWO_OWNERS = Verdict(
    "one_owner",
    FAIL,
    "expected one node with the address at any time; seen: two nodes held it at once",
    (f"{NODE1} and {NODE2} both held it from 11.64 to 17.10 s",),
    "Without fencing, each half of a cut cluster believes that the other is dead and starts what it ran: a split"
    " brain. HTTP goes on answering, which is why a probe alone never shows it.",
    "ip -4 addr show dev eth1   # on both nodes",
)
NOT_RECOVERED = Verdict(
    "recovered",
    FAIL,
    "expected an answer before the record's end; seen: none after 6.00 s",
    ("outage at 6.00 s: at least 23.95 s, not over at the last request (480 failed)",),
    "A node alone has no majority of two votes; with no-quorum-policy=stop it stops all that it ran.",
    "pcs property show no-quorum-policy; pcs status | grep -i quorum",
)
CANNOT_TELL = Verdict(
    "outage_within_budget",
    UNKNOWN,
    "expected an outage of at most 5 s; cannot tell: the fault did not take effect (netem is not there)",
    ("not_landed at 5.00 s",),
    "A fault that was not there proves nothing about how the cluster takes it.",
    "tc qdisc show",
)
