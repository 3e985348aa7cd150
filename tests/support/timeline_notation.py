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
late    "10-10.8 processor 0": when this machine was late, and what of it
header  fields laid over the usual ones; a value of ~ removes a field
"""

from __future__ import annotations

import re
from typing import Any, get_args

import msgspec
import yaml

from drill.record.header import Header
from drill.record.timeline import OUTCOMES, Event, EventKind, Lateness, NodeReading, Sample, Timeline
from tests.support.example_lab import CASES, NODE1, NODE2

NODES = {"node1": NODE1, "node2": NODE2}
RESOURCES = ["WebIP", "WebServer"]
FOLDER = CASES / "timelines"
BASES: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "bases.yaml").read_text())
EVERY, TAKES = 0.25, 0.05


def cases() -> list[dict[str, Any]]:
    """All cases of all files but the bases."""
    files = sorted(path for path in FOLDER.glob("*.yaml") if path.stem != "bases")
    return [case for path in files for case in yaml.safe_load(path.read_text())]


def timeline(case: dict[str, Any]) -> Timeline:
    """The timeline of a case: what it says itself, laid over the base that it names."""
    base = BASES[case["from"]]
    said: dict[str, Any] = {
        **base,
        **{key: case[key] for key in ("probe", "hz", "node1", "node2", "events", "late") if key in case},
    }
    header: dict[str, Any] = {
        "scenario": case["from"],
        "nodes": list(NODES.values()),
        "resources": RESOURCES,
        "after": [],
        "roles": {"active": NODE1, "passive": NODE2, "target": NODE1},
        **base["header"],
        **case.get("header", {}),
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


def _event(text: str) -> Event:
    kind, at, *more = text.split(maxsplit=3)
    [known] = [one for one in get_args(EventKind) if one == kind]
    return Event(float(at), known, node=NODES[more[0]] if more else "", detail=" ".join(more[1:]))
