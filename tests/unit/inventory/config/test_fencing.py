"""lab.yaml's `fencing`, and the settings that it changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from cluster import feasible
from inventory.config.lab_yaml import parse
from inventory.errors import ConfigError
from inventory.model import Lab
from inventory.platforms.fencing import with_fencing
from inventory.platforms.refusals import refusal
from inventory.platforms.registry import PLATFORMS
from tests.support.example_lab import example_lab
from tests.support.fenced_lab import fenced_lab

TEXT = (Path(__file__).parents[4] / "lab.yaml").read_text()


def lab(text: str) -> Lab:
    return parse(text, "lab.yaml", judge=feasible.problems)


@pytest.mark.parametrize("line", ["", "fencing: none\n", "fencing:\n"])
def test_the_lab_has_none_unless_it_says_so(line: str) -> None:
    found = lab(line + TEXT)
    assert found == lab(TEXT)
    assert found.fencing == "none"


def test_fencing_changes_what_it_needs_and_nothing_else() -> None:
    plain, found = lab(TEXT), lab("fencing: ipmi\n" + TEXT)
    assert dict(found.properties) == {
        **plain.properties,
        "stonith-enabled": "true",
        "no-quorum-policy": "stop",
    }
    assert found.corosync.two_node
    assert (found.resources, found.locations, found.stickiness) == (
        plain.resources,
        plain.locations,
        plain.stickiness,
    )
    assert list(feasible.doubts(found)) == []


def test_the_new_name_of_the_property_does_not_switch_it_off_again() -> None:
    text = TEXT.replace(
        "  no-quorum-policy: ignore", '  fencing-enabled: "false"\n  no-quorum-policy: ignore'
    )
    assert "fencing-enabled" not in lab("fencing: ipmi\n" + text).properties


def test_stonith_without_a_device_is_refused_with_the_way_to_have_one() -> None:
    with pytest.raises(ConfigError, match="`fencing: ipmi` adds fence devices"):
        lab(TEXT.replace('stonith-enabled: "false"', 'stonith-enabled: "true"'))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platform_has_packages_or_a_reason(platform: str) -> None:
    system = PLATFORMS[platform]
    why = refusal(system, fenced_lab())
    more = set(with_fencing(system, fenced_lab()).packages) - set(system.packages)
    assert bool(why) is not bool(more)
    assert with_fencing(system, example_lab()) is system, "the image of a lab without fencing stays the same"
    assert with_fencing(with_fencing(system, fenced_lab()), fenced_lab()).packages == (
        *system.packages,
        *system.fencing_packages,
    )


def test_the_document_s_system_is_refused() -> None:
    assert "fencing is ipmi, but the lab was never tried" in refusal(PLATFORMS["centos6"], fenced_lab())
