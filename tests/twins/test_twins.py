"""The acceptance tests on the other generations of the cluster stack: a lab of its own for each, in turn."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.scratch_lab import scratch_lab

TWINS = ("debian11", "debian13")
PREFIX = "10.235."
"""The first two numbers of the addresses of these labs."""
UP, SMOKE, WHOLE = 1800.0, 1500.0, 10800.0
"""Deadlines (seconds): make the image and build the lab; the smoke tests; all acceptance tests or all mutations."""


@pytest.mark.parametrize("platform", TWINS)
def test_twin(platform: str, whole: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changes = {"platform": platform, "provider": "docker"}
    with scratch_lab(tmp_path / "lab", changes, PREFIX) as lab:

        def show(said: str) -> None:
            with capsys.disabled():
                sys.stdout.write(f"\n{platform}: {said}\n")

        built = lab.lab("up", deadline=UP)
        show(built)
        assert f"platform {platform}, as asked for" in built
        show(
            lab.pytest("-v", "--durations=5", "tests/acceptance", deadline=WHOLE)
            if whole
            else lab.pytest("-v", "tests/acceptance", "-m", "smoke", deadline=SMOKE)
        )
        if whole:
            show(lab.pytest("-v", "tests/mutation", deadline=WHOLE))
        assert "Nothing to do" in lab.lab("provision", deadline=UP), "everything was healed"
