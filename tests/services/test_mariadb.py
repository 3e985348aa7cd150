"""examples/mariadb on real nodes, in a lab of its own: the probe is a command, and the replication is repaired."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator

import pytest
import yaml

from drill.record import timeline_file
from inventory.host import install
from tests.support.scratch_lab import ScratchLab, scratch_lab
from tests.three.drilled import DRILL, QUICK, UP, drilled

PREFIX = "10.235."
EXAMPLE = "examples/mariadb"
SCRIPT = "mariadb.sh"
OF_THE_PROBE = {"mariadb": "mariadb-client-core"}
"""The program that the example's probe runs, and Debian's package that has it."""
LOG = logging.getLogger("ha-lab")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScratchLab]:
    install.ensure_packages(install.missing(OF_THE_PROBE), LOG.info)
    folder = tmp_path_factory.mktemp("mariadb") / "lab"
    with scratch_lab(folder, {"provider": "docker"}, PREFIX, described=f"{EXAMPLE}/lab.yaml") as made:
        shutil.copy2(folder / EXAMPLE / SCRIPT, folder)
        made.lab("up", deadline=UP)
        yield made


def sql(lab: ScratchLab, node: str, statement: str) -> str:
    """Run a statement on a node's own server, as its root."""
    return lab.lab("ssh", node, f'mariadb --no-defaults -N -B -e "{statement}"', deadline=QUICK)


def test_the_address_is_where_a_server_runs(lab: ScratchLab) -> None:
    assert "Nothing to do" in lab.lab("provision", deadline=QUICK)
    for node in ("node1", "node2"):
        assert node in sql(lab, node, "SELECT @@report_host")


@pytest.mark.parametrize("scenario", ["standby", "power-off", "freeze"])
def test_a_takeover_that_the_command_sees(lab: ScratchLab, scenario: str) -> None:
    drilled(lab, scenario)
    newest = max((lab.folder / "runs").glob("*/timeline.jsonl*"), key=lambda one: one.stat().st_mtime)
    samples = timeline_file.read_all(newest)[-1].samples_of("probe")
    names = {one["name"] for one in yaml.safe_load((lab.folder / "lab.yaml").read_text())["nodes"]}
    assert {one.page for one in samples if one.good} == names, "both nodes have answered, each by its name"
    if (
        scenario != "standby"
    ):  # both servers run: the address alone moves, often between two runs of the command
        assert not all(one.good for one in samples), "the outage is seen"


def test_a_replication_that_stopped_is_repaired(lab: ScratchLab) -> None:
    """Both nodes write the same key while they do not replicate: each refuses the other's row."""
    for node in ("node1", "node2"):
        sql(lab, node, "STOP SLAVE")
    for node in ("node1", "node2"):
        sql(lab, node, "INSERT INTO lab.written VALUES ('conflict', 1)")
    for node in ("node1", "node2"):
        sql(lab, node, "START SLAVE")
    lab.lab("heal", deadline=DRILL)
    sql(lab, "node1", "INSERT INTO lab.written VALUES ('after', 1)")
    sql(lab, "node2", "INSERT INTO lab.written VALUES ('after', 2)")
    for node in ("node1", "node2"):
        state = lab.lab("ssh", node, "mariadb --no-defaults -e 'SHOW SLAVE STATUS\\G'", deadline=QUICK)
        assert "Slave_IO_Running: Yes" in state
        assert "Slave_SQL_Running: Yes" in state
