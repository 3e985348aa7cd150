"""firewalld: what is read about it and what opens it, in both shells, with programs that answer as the case says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from inventory.platforms.firewalls import FIREWALLD
from tests.support.shell_sandbox import SHELLS, Sandbox

ACTIVE = {"systemctl is-active firewalld": "active"}
NOT_THERE = {"systemctl is-active firewalld": {"prints": "inactive", "status": 3}}
STARTS = {"systemctl is-active firewalld": {"prints": "activating", "status": 3}}
SILENT = {"firewall-cmd": {"runs": "echo 'Failed to connect to the bus' >&2; exit 251"}}


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def lists(now: str, later: str = "") -> dict[str, Any]:
    return {
        "firewall-cmd --list-services": now,
        "firewall-cmd --permanent --list-services": later or now,
        "firewall-cmd -q": {"does": "true"},
    }


@pytest.mark.parametrize(
    ("answers", "blocked"),
    [
        ({**ACTIVE, **lists("ssh dhcpv6-client")}, "high-availability\nhttp\n"),
        ({**ACTIVE, **lists("ssh http")}, "high-availability\n"),
        ({**ACTIVE, **lists("high-availability http ssh")}, ""),
        ({**ACTIVE, **lists("high-availability https ssh")}, "http\n"),
        (NOT_THERE, ""),
        ({**STARTS, **SILENT}, "high-availability\nhttp\n"),
        ({**ACTIVE, **SILENT}, "high-availability\nhttp\n"),
    ],
    ids=["none", "one", "both", "https is not http", "off", "it starts", "it does not answer"],
)
def test_reading(answers: dict[str, Any], blocked: str, shell: str, programs: Path, tmp_path: Path) -> None:
    node = Sandbox(tmp_path / "node", programs)
    node.answer(answers)
    done = node.run(FIREWALLD.reading, shell)
    assert (done.returncode, done.stdout) == (0, blocked)


def test_one_question(programs: Path, tmp_path: Path) -> None:
    """Each start of firewall-cmd takes most of a second."""
    node = Sandbox(tmp_path / "node", programs)
    node.answer({**ACTIVE, "firewall-cmd --list-services": {"does": "echo high-availability http"}})
    node.run(FIREWALLD.reading)
    assert node.calls == ["firewall-cmd --list-services"]


def test_opening_what_is_closed(shell: str, programs: Path, tmp_path: Path) -> None:
    node = Sandbox(tmp_path / "node", programs)
    node.answer({**ACTIVE, **lists(now="ssh", later="ssh http")})
    assert node.run(FIREWALLD.opening, shell).returncode == 0
    assert node.calls == [
        "firewall-cmd -q --permanent --add-service=high-availability",
        "firewall-cmd -q --add-service=high-availability",
        "firewall-cmd -q --add-service=http",
    ]


@pytest.mark.parametrize("answers", [NOT_THERE, {**ACTIVE, **lists("http high-availability")}])
def test_nothing_to_open(answers: dict[str, Any], shell: str, programs: Path, tmp_path: Path) -> None:
    node = Sandbox(tmp_path / "node", programs)
    node.answer(answers)
    assert node.run(FIREWALLD.opening, shell).returncode == 0
    assert node.calls == []


def test_a_start_under_way_is_awaited(shell: str, programs: Path, tmp_path: Path) -> None:
    node = Sandbox(tmp_path / "node", programs)
    node.answer({**STARTS, **lists("high-availability http")})
    assert node.run(FIREWALLD.opening, shell).returncode == 0
    assert node.calls == ["systemctl start firewalld"]


def test_a_firewall_that_does_not_answer_is_an_error_of_its_step(
    shell: str, programs: Path, tmp_path: Path
) -> None:
    node = Sandbox(tmp_path / "node", programs)
    node.answer({**ACTIVE, **SILENT})
    done = node.run(FIREWALLD.opening, shell)
    assert done.returncode == 251
    assert "Failed to connect to the bus" in done.stderr
