"""Timelines in a few words: the notation of tests/cases/timelines, made into samples, readings and events.

probe   "node1 0-10, refused 10-12, node2 12-40": whose page, or how requests fail; `hz` a second (10),
        each 10 ms long; what no stretch covers is not asked
node1   a list of stretches "0-10 vip quorate m12 all@1": read 4 times a second, each reading 50 ms long
        vip        holds the address                  unseen     gives no answer
        quorate    or without (quorum), or nothing: no cluster answers there
        m12        sees both nodes as members         all@1      both resources run on node1
        WebIP@2    one resource runs on node2
        late0.8    did not run for 0.8 s before each reading
events  "inject 10 node1, landed 10.5, heal 30": kind, moment, node if any, then details
power   "node1 off 17-17.4, node2 off 17-?, node1 on 19-20 drill": when a switch was asked for and done (?: nothing says
        that it was done), by the BMC if nothing else is said
writes  "node1 0-10, timeout 10-17, node2 17-45": which node acknowledged each write, or how they fail; 10 a second
files   {node1: "0-99", node2: ""}: the numbers in each node's file after the heal
data    "0-99": the numbers that a database gives through the VIP after the heal; `files` are then those of the nodes'
        own servers
late    "10-10.8 processor 0": when this machine was late, and what of it
header  fields laid over the usual ones; a value of ~ removes a field
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

import msgspec

from drill.record.header import Header
from drill.record.power_switch import PowerSwitch
from drill.record.timeline import OUTCOMES, Event, EventKind, Lateness, NodeReading, Sample, Timeline, Write
from language import fast_yaml
from tests.support.example_lab import CASES, NODE1, NODE2

NODES = {"node1": NODE1, "node2": NODE2}
RESOURCES = ["WebIP", "WebServer"]
FOLDER = CASES / "timelines"
BASES: dict[str, dict[str, Any]] = fast_yaml.read((FOLDER / "bases.yaml").read_text())
EVERY, TAKES = 0.25, 0.05
WRITE_HZ = 10
SAID = ("probe", "hz", "node1", "node2", "events", "late", "power", "writes", "files", "data")
"""What a case says itself, beside its header."""


def cases() -> list[dict[str, Any]]:
    """All cases of all files but the bases."""
    files = sorted(path for path in FOLDER.glob("*.yaml") if path.stem != "bases")
    return [case for path in files for case in fast_yaml.read(path.read_text())]


def timeline(case: dict[str, Any]) -> Timeline:
    """The timeline of a case: what it says itself, laid over the base that it names."""
    base = BASES[case["from"]]
    said: dict[str, Any] = {
        **base,
        **{key: case[key] for key in SAID if key in case},
    }
    header: dict[str, Any] = {
        "scenario": case["from"],
        "nodes": list(NODES.values()),
        "resources": RESOURCES,
        "after": [],
        "roles": {"active": NODE1, "passive": NODE2, "target": NODE1},
        **base["header"],
        **case.get("header", {}),
        **({"stored": {NODES[a]: _numbers(t) for a, t in said["files"].items()}} if "files" in said else {}),
        **({"store": "database", "served": _numbers(said["data"])} if "data" in said else {}),
        "checks": [{"id": case["check"], "parameters": case.get("with", {})}],
    }
    node_readings = [
        reading for alias in NODES for text in said.get(alias, []) for reading in _readings(alias, text)
    ]
    return Timeline(
        msgspec.convert({key: value for key, value in header.items() if value is not None}, Header),
        tuple(
            sample for text in _parts(said.get("probe", "")) for sample in _samples(text, said.get("hz", 10))
        ),
        tuple(node_readings),
        tuple(_event(text) for text in _parts(said.get("events", ""))),
        tuple(_lateness(text) for text in _parts(said.get("late", ""))),
        writes=tuple(_writes(said.get("writes", ""))),
        power=tuple(_switch(text) for text in _parts(said.get("power", ""))),
    )


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _samples(text: str, hz: float) -> list[Sample]:
    what, stretch = text.split()
    since, until = map(float, stretch.split("-"))
    slots = [n / hz for n in range(round(since * hz), round(until * hz))]
    if what in NODES:
        return [Sample(at, round(at + 0.01, 3), page=NODES[what], status=200) for at in slots]
    [outcome] = [one for one in OUTCOMES if one == what]
    return [Sample(at, round(at + 0.01, 3), outcome=outcome) for at in slots]


def _readings(alias: str, text: str) -> list[NodeReading]:
    stretch, *words = text.split()
    since, until = map(float, stretch.split("-"))
    shift = 0.0 if alias == "node1" else 0.1
    moments = [since + shift + n * EVERY for n in range(round((until - since) / EVERY))]
    state = _state(words)
    return [
        NodeReading(asked=round(at, 3), at=round(at + TAKES, 3), node=NODES[alias], **state) for at in moments
    ]


def _state(words: list[str]) -> dict[str, Any]:
    state: dict[str, Any] = {"placements": {}}
    for word in words:
        if word == "unseen":
            return {"seen": False}
        if word == "vip":
            state["owns_vip"] = True
        elif word in ("quorate", "without"):
            state |= {"quorate": word == "quorate", "corosync": True}
        elif word.startswith("late"):
            state["late"] = float(word.removeprefix("late"))
        elif re.fullmatch("m[12]+", word):
            state["members"] = tuple(NODES[f"node{digit}"] for digit in word[1:])
        else:
            name, number = word.split("@")
            where = NODES[f"node{number}"]
            state["placements"] |= dict.fromkeys(RESOURCES if name == "all" else [name], where)
    return state


def _lateness(text: str) -> Lateness:
    stretch, where = text.split(maxsplit=1)
    since, until = map(float, stretch.split("-"))
    return Lateness(since, until, where)


def _writes(text: str) -> Iterator[Write]:
    number = 0
    for part in _parts(text):
        what, stretch = part.split()
        since, until = map(float, stretch.split("-"))
        for at in (n / WRITE_HZ for n in range(round(since * WRITE_HZ), round(until * WRITE_HZ))):
            [outcome] = [one for one in OUTCOMES if one == (what if what not in NODES else "ok")]
            node = NODES.get(what, "")
            yield Write(at, round(at + 0.02, 3), number, outcome, node)
            number += 1


def _numbers(text: str) -> tuple[int, ...]:
    stretches = [[int(one) for one in part.split("-")] for part in _parts(text)]
    return tuple(number for ends in stretches for number in range(ends[0], ends[-1] + 1))


def _switch(text: str) -> PowerSwitch:
    node, word, stretch, *by = text.split()
    asked, done = stretch.split("-")
    at = None if done == "?" else float(done)
    return PowerSwitch(float(asked), at, NODES[node], word == "on", *by)


def _event(text: str) -> Event:
    kind, at, *more = text.split(maxsplit=3)
    [known] = [one for one in get_args(EventKind) if one == kind]
    return Event(float(at), known, node=NODES[more[0]] if more else "", detail=" ".join(more[1:]))
