"""lab.yaml's script heals what it calls broken, in a real shell."""

from __future__ import annotations

import subprocess
from pathlib import Path

from drill.faults import node_script, remedies, repair
from drill.faults.base import FaultScope
from inventory.services import Services
from tests.support.example_lab import example_lab
from tests.support.fake_session import fake_session

SCRIPT = """\
missing() { :; }
prepare() { :; }
broken() { [ -e {folder}/$node-broken ]; }
repair() { rm {folder}/$node-broken; cd /; }
"""


def scope(folder: Path) -> FaultScope:
    lab = example_lab(services=Services(script=SCRIPT.replace("{folder}", str(folder))))
    return FaultScope(fake_session(lab=lab), lab.node1)


def healed(one: FaultScope) -> str:
    text = repair.repair_script(one, (node_script.follows,))
    return subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=True, timeout=20).stdout


def test_only_what_is_broken_is_repaired(tmp_path: Path) -> None:
    for alias in ("node1", "node2"):
        (tmp_path / f"{alias}-broken").touch()
    assert healed(scope(tmp_path)) == "repaired node1 by lab.yaml's script\n"
    assert not (tmp_path / "node1-broken").exists()
    assert (tmp_path / "node2-broken").exists(), "another node's"
    assert healed(scope(tmp_path)) == "", "nothing is broken now"


def test_a_lab_without_a_script_has_no_such_remedy(tmp_path: Path) -> None:
    session = fake_session()
    assert node_script.after_heal(FaultScope(session, session.lab.node1)) == ()
    assert node_script.after_heal(scope(tmp_path)) == (node_script.follows, remedies.failures)
