"""Commands of pcs on a copy of the CIB, run for real with stand-ins for the programs of a node."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from inventory.model import Command, Result
from inventory.platforms.registry import PLATFORMS
from provision import one_change
from tests.support.shell_sandbox import SHELLS, Sandbox

NODE, PEER = "node1.magedu.com", "node2.magedu.com"
FIRST = Command(NODE, ("pcs", "property", "set", "stonith-enabled=false"), why="no fencing")
SECOND = Command(NODE, ("pcs", "resource", "create", "WebIP", "ocf:heartbeat:IPaddr", "ip=192.0.2.1"))
PROGRAM = Path(one_change.__file__).with_name("pcs_on_file.py")
CIB = {"cibadmin -Q": "<cib/>"}


def test_what_suits() -> None:
    new, old = PLATFORMS["debian12"], PLATFORMS["centos6"]
    assert one_change.suits(new, [FIRST, SECOND])
    assert not one_change.suits(old, [FIRST, SECOND]), "its exit status is no proof"
    assert not one_change.suits(new, [FIRST]), "one command is one change anyway"
    other = Command(PEER, SECOND.argv)
    assert not one_change.suits(new, [FIRST, other])
    assert not one_change.suits(new, [FIRST, Command(NODE, ("pcs", "resource", "delete", "WebIP"))])


def prepared(sandbox: Sandbox, answers: Mapping[str, object] | None = None, differs: int = 1) -> None:
    sandbox.answer({**CIB, "crm_diff": {"prints": "<diff/>", "status": differs}, **(answers or {})})
    (sandbox.root / "bin/python3").symlink_to(sys.executable)


@pytest.mark.parametrize("shell", SHELLS)
def test_all_go_well(sandbox: Sandbox, shell: str) -> None:
    prepared(sandbox, {"cibadmin --patch": {"does": "cat >'{root}/patched'"}})
    done = sandbox.run(one_change.command([FIRST, SECOND]).argv[2], shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert [call for call in sandbox.calls if call.startswith("pcs")] == [
        "pcs -f after property set stonith-enabled=false",
        "pcs -f after resource create WebIP ocf:heartbeat:IPaddr ip=192.0.2.1",
    ]
    assert (sandbox.root / "patched").read_text() == "<diff/>\n"


@pytest.mark.parametrize("shell", SHELLS)
def test_nothing_is_changed_when_one_fails(sandbox: Sandbox, shell: str) -> None:
    prepared(sandbox, {"pcs -f after resource": {"prints": "Error: no such agent", "status": 3}})
    done = sandbox.run(one_change.command([FIRST, SECOND, FIRST]).argv[2], shell)
    assert done.returncode == 1
    assert not any("patch" in call for call in sandbox.calls)
    assert len([call for call in sandbox.calls if call.startswith("pcs")]) == 1, "the third is not tried"
    found = one_change.failed([FIRST, SECOND, FIRST], Result(SECOND, 1, done.stdout, done.stderr))
    assert found == Result(SECOND, 3, "", "Error: no such agent\n")


@pytest.mark.parametrize("shell", SHELLS)
def test_nothing_is_pushed_when_nothing_differs(sandbox: Sandbox, shell: str) -> None:
    prepared(sandbox, differs=0)
    assert sandbox.run(one_change.command([FIRST, SECOND]).argv[2], shell).returncode == 0
    assert not any("patch" in call for call in sandbox.calls)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_failed_push_is_not_the_failure_of_a_command(sandbox: Sandbox, shell: str) -> None:
    prepared(sandbox, {"cibadmin --patch": {"runs": "echo refused >&2; exit 65"}})
    done = sandbox.run(one_change.command([FIRST, SECOND]).argv[2], shell)
    assert (done.returncode, done.stderr) == (65, "refused\n")
    assert one_change.failed([FIRST, SECOND], Result(FIRST, 65, done.stdout, done.stderr)) is None


@pytest.mark.parametrize("shell", SHELLS)
def test_without_a_cluster_nothing_is_tried(sandbox: Sandbox, shell: str) -> None:
    prepared(sandbox, {"cibadmin -Q": {"status": 102}})
    assert sandbox.run(one_change.command([FIRST, SECOND]).argv[2], shell).returncode == 102
    assert not any(call.startswith("pcs") for call in sandbox.calls)


CHANGE = """\
<diff format="2">
  <change operation="create" path="/cib/configuration/crm_config/cluster_property_set[@id='o']" position="1">
    <nvpair id="o-stonith-enabled" name="stonith-enabled" value="false"/>
  </change>
  <change operation="create" path="/cib/configuration/resources" position="0">
    <primitive id="WebIP" class="ocf" type="IPaddr"/>
  </change>
</diff>"""


@pytest.mark.parametrize("shell", SHELLS)
def test_a_change_is_prepared_without_a_dc(sandbox: Sandbox, shell: str) -> None:
    local_only = {"cibadmin -Q -l": "<cib/>", "cibadmin -Q": {"status": 102}}
    prepared(sandbox, {**local_only, "crm_diff": {"prints": CHANGE, "status": 1}})
    done = sandbox.run(one_change.preparation([FIRST, SECOND]).argv[2], shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert not any("patch" in call for call in sandbox.calls), "nothing is changed"
    assert re.findall(r'position="(\d+)"', done.stdout) == ["91", "90"], (
        "after what the cluster adds meanwhile"
    )
    assert re.sub(r'position="9', 'position="', done.stdout).strip() == CHANGE
    assert one_change.prepared_change(NODE, done.stdout).stdin == done.stdout


@pytest.mark.parametrize("operation", ["delete", "move"])
def test_only_additions_and_values_are_prepared(sandbox: Sandbox, operation: str) -> None:
    change = CHANGE.replace("create", operation, 1)
    prepared(sandbox, {"cibadmin -Q -l": "<cib/>", "crm_diff": {"prints": change, "status": 1}})
    done = sandbox.run(one_change.preparation([FIRST, SECOND]).argv[2], SHELLS[0])
    assert (done.returncode, done.stdout) == (1, "")


PCS = """\
#!/usr/bin/env python3
import os, sys
from pcs.app import loads
if __name__ == "__main__":
    print(loads(), *sys.argv[1:], os.getpid() != os.getppid(), flush=True)
    sys.exit(4 if "bad" in sys.argv else 0)
"""
APP = """\
import os
with open(os.environ["LOADS"], "a") as stream:
    stream.write("loaded\\n")
def loads():
    return open(os.environ["LOADS"]).read().count("loaded")
"""


def run_python_pcs(folder: Path, lines: str, *, packaged: bool = True) -> subprocess.CompletedProcess[str]:
    """Run the program with a pcs that is a Python script, and whose package tells how often it was loaded."""
    (folder / "bin").mkdir()
    (folder / "bin/pcs").write_text(PCS)
    (folder / "bin/pcs").chmod(0o755)
    (folder / "pcs/entry_points").mkdir(parents=True)
    (folder / "pcs/app.py").write_text(APP)
    if packaged:
        (folder / "pcs/entry_points/common.py").write_text("def add_bundled_packages_to_path(): pass\n")
    env = {
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(folder),
        "LOADS": str(folder / "loads"),
    }
    return subprocess.run(
        [sys.executable, "-s", "-c", PROGRAM.read_text(), "file", "said"],
        input=lines, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_the_modules_of_pcs_are_loaded_once(tmp_path: Path) -> None:
    done = run_python_pcs(tmp_path, "pcs one 'two words'\npcs three\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "loads").read_text() == "loaded\n"
    assert (tmp_path / "said").read_text() == "1 -f file three True\n", "of the last command"


def test_a_pcs_of_another_kind_of_package_loads_them_itself(tmp_path: Path) -> None:
    done = run_python_pcs(tmp_path, "pcs one\npcs two\n", packaged=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "loads").read_text() == "loaded\nloaded\n"


def test_the_command_that_fails_is_told(tmp_path: Path) -> None:
    done = run_python_pcs(tmp_path, "pcs good\npcs bad\npcs never\n")
    assert (done.returncode, done.stdout) == (1, "@@failed 2 4\n")
    assert "bad" in (tmp_path / "said").read_text()


def test_no_pcs_at_all(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.read_text(), "file", "said"],
        input="pcs one\n", cwd=tmp_path, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if shutil.which("pcs", path="/usr/sbin") is None:
        assert (done.returncode, done.stdout) == (1, "@@failed 1 1\n")
        assert "/usr/sbin/pcs" in (tmp_path / "said").read_text()
