"""Every provider with every platform: rendered by the stub of Vagrant, and proven as tests/cases/proofs.yaml says."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from inventory.errors import MachineError
from inventory.platforms.registry import PLATFORMS
from inventory.providers import registry
from language import fast_yaml
from tests.support.example_lab import CASES, NODE1, NODE2, example_lab
from tests.support.rendered_lab import ROOT, render
from tests.support.vagrantfile import read

DATA: dict[str, Any] = fast_yaml.read((CASES / "proofs.yaml").read_text())
PROOFS: dict[str, dict[str, str]] = DATA["proofs"]
OWN_BOX: dict[str, str] = DATA["a box of lab.yaml"]
NONE, WORDS = "-", re.compile(r"all tests|smoke tests|by hand \d{4}-\d\d-\d\d|look-alike|rendered|-")
PAIRS = [(provider, platform) for platform in PLATFORMS for provider in registry.names()]
ruby = pytest.mark.skipif(shutil.which("ruby") is None, reason="there is no ruby here")


def test_no_pair_is_forgotten() -> None:
    assert list(PROOFS) == list(PLATFORMS), "in the order for people"
    for row in (*PROOFS.values(), OWN_BOX):
        assert list(row) == list(registry.names())
        assert all(WORDS.fullmatch(word) for word in row.values())


@pytest.mark.parametrize(("provider", "platform"), PAIRS)
def test_what_a_provider_does_not_have_is_said(provider: str, platform: str) -> None:
    refusal = registry.get(provider).platform_finding(PLATFORMS[platform], example_lab())
    assert (PROOFS[platform][provider] == NONE) is (refusal is not None)


@ruby
@pytest.mark.parametrize(("provider", "platform"), PAIRS)
def test_it_is_rendered(provider: str, platform: str, tmp_path: Path) -> None:
    if PROOFS[platform][provider] == NONE:
        with pytest.raises(MachineError):
            render(tmp_path, provider, PLATFORMS[platform])
        return
    choice = render(tmp_path, provider, PLATFORMS[platform])
    found = read(tmp_path)
    assert found.get("box", "") == choice.vagrant.box
    assert [machine["hostname"] for machine in found["machines"].values()] == [NODE1, NODE2]
    for node, machine in zip(example_lab().nodes, found["machines"].values(), strict=True):
        prefix = choice.vagrant.name_prefix
        named = {"name": f"{prefix}{node.alias}"} if prefix else {}
        assert machine[f"provider {provider}"] == {**choice.vagrant.provider, **named}
        assert machine["network"] == {
            "kind": "private_network",
            "ip": str(node.address),
            **choice.vagrant.network,
        }
        assert machine["ssh"] == choice.vagrant.ssh


@ruby
@pytest.mark.parametrize("provider", [name for name, word in OWN_BOX.items() if word != NONE])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_box_of_lab_yaml_is_rendered(provider: str, platform: str, tmp_path: Path) -> None:
    url = "https://boxes.example.org/mine.box"
    render(tmp_path, provider, PLATFORMS[platform], box="mine", box_url=url)
    found = read(tmp_path)
    assert (found["box"], found["box_url"]) == ("mine", url)


def rows_of(document: str) -> list[list[str]]:
    """The rows of the table whose first cell is `system`, each a list of cells."""
    lines = (ROOT / document).read_text().splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("| system |"))
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[start:]]
    return [rows[0], *rows[2 : 3 + len(PROOFS)]]


def test_the_document_has_the_same_table() -> None:
    own = "a box of yours"
    header, *rows = rows_of("docs/providers.md")
    assert header == ["system", *registry.names()]
    wanted = [[name, *row.values()] for name, row in PROOFS.items()]
    assert rows == [*wanted, [own, *OWN_BOX.values()]]
