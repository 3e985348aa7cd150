"""One scenario on real nodes, as a person runs it."""

from __future__ import annotations

import warnings

from tests.support.scratch_lab import ScratchLab

PREFIX = "10.239."
"""The first two numbers of the addresses of these labs."""
UP, DRILL, QUICK = 1800.0, 900.0, 240.0
"""Deadlines (seconds): make the image and build the lab; one scenario, with its repairs; any other command."""


def drilled(lab: ScratchLab, scenario: str) -> None:
    """Run a scenario. A record that cannot tell is made once more, with a warning; a FAIL never is."""
    said = lab.lab("drill", scenario, deadline=DRILL, expected=(0, 1))
    if said.rstrip().endswith("1 UNKNOWN"):
        why = f"{scenario} runs once more, because its first record could not be judged:\n{said}"
        warnings.warn(why, stacklevel=1)
        said = lab.lab("drill", scenario, deadline=DRILL, expected=(0, 1))
    assert said.rstrip().endswith("1 PASS"), said
