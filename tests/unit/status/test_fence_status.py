"""Each device is read on each node, by the agent's action `status`."""

from __future__ import annotations

import pytest

from inventory.model import Command
from status import fence_status
from tests.support.example_lab import NODE1, NODE2
from tests.support.fenced_lab import PASSWORD, fenced_session


def answered(status: int, out: str = "", err: str = "") -> list[tuple[str, str, str, str]]:
    asked: list[Command] = []

    def answer(command: Command) -> tuple[int, str, str]:
        asked.append(command)
        return status, out, err

    found = fence_status.look(fenced_session(remote=answer))
    assert all(one.argv == ("fence_ipmilan",) for one in asked)
    assert all("action=status\n" in (one.stdin or "") for one in asked), "it switches nothing"
    assert not [
        one for one in asked if PASSWORD in one.line + (one.stdin or "") or "pcmk_" in (one.stdin or "")
    ]
    return [(one.device, one.reader.name, one.power, one.why) for one in found]


@pytest.mark.parametrize(("status", "power"), [(0, "on"), (2, "off")])
def test_every_device_from_every_node(status: int, power: str) -> None:
    assert answered(status) == [
        ("fence_node1", NODE1, power, ""),
        ("fence_node1", NODE2, power, ""),
        ("fence_node2", NODE1, power, ""),
        ("fence_node2", NODE2, power, ""),
    ]


@pytest.mark.parametrize(
    ("out", "err", "why"),
    [
        (
            "",
            "a warning\nERROR: Failed: Unable to obtain correct plug status\n\n",
            "ERROR: Failed: Unable to obtain correct plug status",
        ),
        ("", "", "exit status 1"),
    ],
)
def test_a_dead_bmc_or_a_wrong_password_is_unknown(out: str, err: str, why: str) -> None:
    assert {row[2:] for row in answered(1, out, err)} == {("unknown", why)}
