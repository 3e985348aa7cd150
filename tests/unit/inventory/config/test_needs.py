"""What lab.yaml's resources need on the nodes: packages, and a script in its folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventory.config.lab_yaml import load
from inventory.errors import ConfigError
from inventory.platforms.registry import PLATFORMS
from inventory.platforms.settings import with_settings
from inventory.providers.node_image import recipe
from status import node_script
from tests.support.example_lab import CASES, example_lab

LAB = CASES.parent.parent / "lab.yaml"
SCRIPT = "missing() { echo $node; }\nprepare() { :; }\nbroken() { false; }\nrepair() { :; }\n"
EXAMPLES = CASES.parent.parent / "examples"


def folder(tmp_path: Path, lines: str, script: str = SCRIPT) -> Path:
    (tmp_path / "lab.yaml").write_text(f"{LAB.read_text(encoding='utf-8')}\n{lines}\n", encoding="utf-8")
    (tmp_path / "make.sh").write_text(script, encoding="utf-8")
    return tmp_path / "lab.yaml"


def test_the_script_is_read_and_called_with_the_lab_s_names(tmp_path: Path) -> None:
    lab = load(folder(tmp_path, "packages: [nfs-common, nfs-common]\nprepare: make.sh"))
    assert lab.services.packages == ("nfs-common",)
    assert lab.services.script == SCRIPT
    text = node_script.call(lab, lab.nodes[1], "missing")
    assert text.startswith("node=node2\naddress=172.16.100.16\nnodes='node1 node2'\n")
    assert text.endswith("\nmissing")


@pytest.mark.parametrize(
    ("lines", "script", "says"),
    [
        ("prepare: other.sh", SCRIPT, "prepare: "),
        ("prepare: ../make.sh", SCRIPT, 'prepare: found "../make.sh"; allowed: the name of a shell script'),
        ("prepare: make.sh", "missing() { :; }", "does not define prepare(), broken(), repair()"),
        ("packages: [-y]", SCRIPT, 'packages[0]: found "-y"; allowed: the name of a package'),
        ("packages: nfs", SCRIPT, 'packages: found "nfs"; allowed: a list of packages'),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, lines: str, script: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(folder(tmp_path, lines, script))
    assert says in caught.value.message


def test_the_packages_are_in_the_image_and_its_tag_follows_them(tmp_path: Path) -> None:
    system = PLATFORMS["debian12"]
    assert with_settings(system, example_lab()) is system, "the image of the document's lab stays the same"
    more = with_settings(system, load(folder(tmp_path, "packages: [nfs-common, pcs]")))
    assert more.packages == (*system.packages, "nfs-common"), "pcs is already one of them"
    assert recipe(more).tag != recipe(system).tag


def test_the_example_of_postgresql_is_a_lab() -> None:
    lab = load(EXAMPLES / "postgresql/lab.yaml")
    [database] = lab.services.resources
    assert (database.id, database.agent, database.clone) == ("pgsqld", "ocf:heartbeat:pgsqlms", "promotable")
    assert lab.drill.probe.kind == "sql"
    assert "copy_from" in lab.services.script
    assert lab.drill.probe.may_lose > 0, "its replication is asynchronous"


def test_the_example_of_mariadb_is_a_lab() -> None:
    lab = load(EXAMPLES / "mariadb/lab.yaml")
    [database] = lab.services.resources
    assert (database.id, database.agent, database.clone) == ("db", "systemd:mariadb", "clone")
    assert lab.drill.probe.argv(lab.vip)[3] == f"--host={lab.vip}"
    assert "gtid_slave_pos" in lab.services.script
