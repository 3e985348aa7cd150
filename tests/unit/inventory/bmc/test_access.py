"""Where the BMCs are, and the files from which they are made."""

from __future__ import annotations

import stat
from ipaddress import IPv4Address
from pathlib import Path

from inventory import files
from inventory.bmc import secret, settings
from inventory.bmc.access import Bmc, bmcs
from inventory.config.numbered import numbered
from tests.support.example_lab import NODE1, example_lab
from tests.support.fenced_lab import fenced_lab


def test_each_node_has_a_port_of_its_own() -> None:
    found = bmcs(fenced_lab())
    assert [(one.node.alias, str(one.address), one.port) for one in found] == [
        ("node1", "172.16.0.1", 6231),
        ("node2", "172.16.0.1", 6232),
    ]


def test_two_labs_do_not_collide() -> None:
    first, second = fenced_lab(), numbered(fenced_lab(), 2)
    assert not {(one.address, one.port) for one in bmcs(first)} & {
        (one.address, one.port) for one in bmcs(second)
    }


def test_without_fencing_there_is_none() -> None:
    assert bmcs(example_lab()) == ()


def test_the_password_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    state = tmp_path / ".lab"
    assert secret.password(state) == ""
    made = secret.make(state)
    assert len(made) == secret.LENGTH
    assert set(made) <= set(secret.CHARACTERS)
    assert secret.make(state) == secret.password(state) == made
    assert secret.make(tmp_path / "other") != made
    file = secret.folder(state) / secret.NAME
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_file_is_replaced_with_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("old")
    (tmp_path / "file.new").write_text("left by a killed run")
    files.write_private(file, "new", 0o700)
    assert file.read_text() == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o700
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_files_of_a_bmc() -> None:
    bmc = Bmc(fenced_lab().node(NODE1), IPv4Address("172.16.0.1"), 6231)
    chassis = settings.chassis_command("/a b/python", Path("/the code"), Path("/the home"), "node1")
    texts = settings.texts(bmc, "secret", chassis)
    lan = texts[settings.LAN]
    assert "addr 172.16.0.1 6231\n" in lan
    assert 'user 2 true "ha-lab" "secret" admin 10 md5\n' in lan
    assert "user 1 " not in lan, "no anonymous user"
    assert "none" not in lan, "no login without a password"
    assert 'chassis_control "./control"' in lan
    assert texts[settings.CONTROL] == (
        "#!/bin/sh\nexec env 'PYTHONPATH=/the code' '/a b/python' -m inventory.bmc.chassis '/the home' node1"
        ' "$@"\n'
    )
    assert "secret" not in texts[settings.CONTROL] + texts[settings.COMMANDS]
    assert not any("secret" in word for word in settings.PROGRAM)
