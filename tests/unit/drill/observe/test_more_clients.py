"""The clients beside the probe: which of them run, and why one is missing."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from drill.observe.http_probe import ProbeSettings
from drill.observe.more_clients import MoreClients
from drill.record.timeline import Sample
from inventory import waiting
from inventory.errors import LabError, MachineError
from inventory.host import router
from inventory.session import LabSession
from inventory.waiting import CLOCK
from tests.support.example_lab import example_lab
from tests.support.fake_machines import FakeMachines
from tests.support.fake_session import fake_session
from tests.support.web_server import PAGES, serving

ENDS = 20.0


class Routed(FakeMachines):
    """Machines with a router, which is no namespace."""

    def __init__(self, fails: str = "") -> None:
        super().__init__()
        self.fails = fails

    def router(self) -> Any:
        return SimpleNamespace(make=self.make, client=Path("/run/netns/client"))

    def make(self) -> None:
        self.summary.append("make_router")
        if self.fails:
            raise MachineError(self.fails)


def session(machines: FakeMachines, connecting_hz: int = 20, routed_hz: int = 20) -> LabSession:
    drill = replace(example_lab().drill, connecting_hz=connecting_hz, routed_hz=routed_hz)
    return fake_session(machines=machines, drill=drill)


def clients(on: LabSession, url: str, samples: list[Sample], **more: Any) -> MoreClients:
    began = time.monotonic()
    settings = ProbeSettings(url, 50, 0.5, PAGES)
    return MoreClients(on, settings, lambda: time.monotonic() - began, samples.append, **more)


def seen(samples: list[Sample], *names: str) -> set[str]:
    return waiting.until(
        lambda: {one.client for one in list(samples)},
        lambda found: found >= set(names),
        f"samples of {', '.join(names)}",
        deadline=ENDS,
        clock=CLOCK,
        every=0.02,
    )


def test_both_clients_run_and_the_router_is_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    entered: list[Path] = []
    monkeypatch.setattr(router, "enter", entered.append)
    machines, samples = Routed(), list[Sample]()
    with serving() as server, clients(session(machines), server.url, samples) as both:
        seen(samples, "connecting", "routed")
        assert machines.summary == ["make_router"]
    assert machines.summary == ["make_router", "remove_router"]
    assert entered == [Path("/run/netns/client")]
    assert both.missing() == {"connecting": "", "routed": ""}
    assert {one.outcome for one in samples} <= {"ok", "timeout"}


@pytest.mark.parametrize(
    ("machines", "reason"),
    [
        (FakeMachines(), "two machines in memory have no router"),
        (Routed("`ip netns add x` (exit 1):\n  no"), "`ip netns add x` (exit 1): no"),
    ],
    ids=["a provider without it", "a router that cannot be made"],
)
def test_without_a_router_the_other_client_runs(machines: FakeMachines, reason: str) -> None:
    samples: list[Sample] = []
    with serving() as server, clients(session(machines), server.url, samples) as one:
        assert seen(samples, "connecting") == {"connecting"}
    assert one.missing() == {"connecting": "", "routed": reason}


def test_a_namespace_that_cannot_be_entered_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path) -> None:
        raise PermissionError(1, "Operation not permitted", str(path))

    monkeypatch.setattr(router, "enter", refused)
    machines, samples = Routed(), list[Sample]()
    with serving() as server, clients(session(machines), server.url, samples) as one:
        seen(samples, "connecting")
    assert one.missing()["routed"].startswith("[Errno 1] Operation not permitted")
    assert machines.summary[-1] == "remove_router"


def test_a_rate_of_0_leaves_a_client_out() -> None:
    machines, samples = Routed(), list[Sample]()
    one = clients(session(machines, connecting_hz=0, routed_hz=0), "http://127.0.0.1:1/", samples)
    with one:
        pass
    assert one.missing() == {
        "connecting": "lab.yaml says drill.connecting_hz: 0",
        "routed": "lab.yaml says drill.routed_hz: 0",
    }
    assert (samples, machines.summary) == ([], [])


def test_with_wanted_false_there_is_no_other_client() -> None:
    machines, samples = Routed(), list[Sample]()
    with clients(session(machines), "http://127.0.0.1:1/", samples, wanted=False) as none:
        pass
    assert (none.missing(), samples, machines.summary) == ({}, [], [])


def test_the_router_is_removed_also_when_a_sample_could_not_be_recorded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(router, "enter", lambda path: None)
    machines, tried = Routed(), list[Sample]()

    def full(sample: Sample) -> None:
        tried.append(sample)
        raise OSError(28, "No space left on device")

    with serving() as server:
        one = MoreClients(session(machines), ProbeSettings(server.url, 50, 0.5, PAGES), time.monotonic, full)
        with pytest.raises(LabError, match="had to stop: OSError"), one:
            waiting.until(lambda: tried, bool, "a sample", deadline=ENDS, clock=CLOCK, every=0.02)
    assert machines.summary == ["make_router", "remove_router"]
