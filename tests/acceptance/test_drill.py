"""Every scenario of the drill on the real nodes: FAIL is the cluster's and a failed test, all else an error.

The plugin (pytest_ha_lab) runs and judges them, as in a test of somebody's own cluster: docs/plugin.md.
What was recorded is in runs/<time>/, with its report.html.
"""

from __future__ import annotations

import pytest

from cli.context import Context
from drill.scenarios import catalog
from pytest_ha_lab.drill import Drill

SMOKE = ("corosync-kill", "web-kill")
"""A crash of the node's cluster, and one of the web server alone."""
PARAMETERS = [
    pytest.param(name, marks=[pytest.mark.smoke] if name in SMOKE else [])
    for name, one in catalog.SCENARIOS.items()
    if not one.needs_another_lab
]


@pytest.mark.parametrize("name", PARAMETERS)
def test_scenario(context: Context, drill: Drill, name: str) -> None:
    drill(name)
