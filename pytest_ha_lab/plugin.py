"""The hooks and fixtures of the plugin. pytest loads this module at the start of each of its runs, used or not.

So this module imports nothing but pytest. What the fixtures need is imported when a test asks for one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from testinfra.host import Host

    from cli.context import Context
    from inventory.model import Node
    from pytest_ha_lab.drill import Drill
    from pytest_ha_lab.run import DrillRun, Records

OPTION = INI = "ha_lab"
OWN = "i_own_this_cluster"
ROOT_FIXTURE = "ha_lab"
"""Each fixture that works on the lab depends on this one, so its name marks the tests that use the lab."""
RUNS: pytest.StashKey[list[DrillRun]] = pytest.StashKey()
"""The drills of this process, for the summary at the end."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the plugin."""
    group = parser.getgroup("ha-lab", "tests that break a cluster (ha-lab)")
    group.addoption(
        "--ha-lab",
        dest=OPTION,
        default="",
        metavar="FOLDER",
        help="the folder with the lab.yaml of the cluster; default: the ini option ha_lab, else the rootdir",
    )
    group.addoption(
        "--i-own-this-cluster",
        dest=OWN,
        action="store_true",
        help="you own this adopted cluster, and tests may break it; needed once",
    )
    parser.addini(
        INI, "the folder with the lab.yaml of the cluster, from the folder of this file", default=""
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Iterator[None]:  # the result is a TestReport, sent to the generator
    """Report a failure of the lab as an error with its message, and never as a failure of the cluster."""
    report: pytest.TestReport = yield  # type: ignore[assignment]
    if call.excinfo is not None and ROOT_FIXTURE in getattr(item, "fixturenames", ()):
        from pytest_ha_lab import outcome

        outcome.adapt(report, call.excinfo.value)
    return report  # type: ignore[return-value]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say where the records of the drills are."""
    for run in config.stash.get(RUNS, ()):
        for line in run.told:
            terminalreporter.write_line(f"ha-lab: {line}")


@pytest.fixture(scope="session")
def ha_lab_folder(pytestconfig: pytest.Config) -> Path:
    """The folder with the lab.yaml: of --ha-lab, of the ini option, or the rootdir."""
    if typed := pytestconfig.getoption(OPTION):
        return Path(pytestconfig.invocation_params.dir, typed).resolve()
    base = pytestconfig.inipath.parent if pytestconfig.inipath else pytestconfig.rootpath
    return Path(base, pytestconfig.getini(INI)).resolve()


@pytest.fixture(scope="session")
def ha_lab_number() -> int:
    """The number of the lab in its folder, by the environment variable LAB. A conftest.py may replace this fixture."""
    from inventory import homes

    return homes.number_of(os.environ.get("LAB") or str(homes.FIRST))


@pytest.fixture(scope="session")
def ha_lab(ha_lab_folder: Path, ha_lab_number: int) -> Iterator[Context]:
    """The lab: its description (`.lab`), its nodes (`.remote`), its page (`.fetch()`). All nodes answer.

    When the lab cannot be used, each test that needs it is an error with the reason.
    """
    from inventory import log
    from pytest_ha_lab import lab

    try:
        yield lab.opened(ha_lab_folder, ha_lab_number)
    finally:
        log.end()


@pytest.fixture(scope="session")
def ha_nodes(ha_lab: Context) -> Mapping[Node, Host]:
    """Each node's testinfra host, over the lab's own ssh connections; each command has a time limit."""
    from pytest_ha_lab import nodes

    return nodes.hosts(ha_lab)


@pytest.fixture(scope="session")
def ha_lab_records(ha_lab: Context) -> Records:
    """Where the drills of this process are recorded. A conftest.py may replace this fixture."""
    from pytest_ha_lab.run import Records

    return Records(ha_lab.root / "runs")


@pytest.fixture(scope="session")
def ha_lab_run(ha_lab: Context, ha_lab_records: Records, pytestconfig: pytest.Config) -> Iterator[DrillRun]:
    """The drills of this process. When the lab cannot be healed, each later drill is an error with the first cause."""
    from pytest_ha_lab.run import DrillRun

    run = DrillRun(ha_lab, ha_lab_records, owner=pytestconfig.getoption(OWN))
    pytestconfig.stash.setdefault(RUNS, []).append(run)
    yield run
    run.finish()


@pytest.fixture
def drill(ha_lab_run: DrillRun, request: pytest.FixtureRequest) -> Drill:
    """Breaks the cluster: `drill("corosync-kill")`, or moves of your own. Each call ends with a healed cluster."""
    from pytest_ha_lab.drill import Drill

    return Drill(ha_lab_run, request.node)
