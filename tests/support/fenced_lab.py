"""The example lab with `fencing: ipmi`."""

from __future__ import annotations

from typing import Any

from inventory.config.fencing import with_fencing
from inventory.model import Lab
from inventory.session import LabSession
from tests.support.example_lab import example_lab
from tests.support.fake_session import fake_session

PASSWORD = "of-this-lab-only"


def fenced_lab(**changes: Any) -> Lab:
    """The example lab with fencing, as lab.yaml gives it."""
    return with_fencing(example_lab(fencing="ipmi", **changes))


def fenced_session(platform: str = "debian12", **others: Any) -> LabSession:
    """A session of that lab."""
    return fake_session(platform, lab=fenced_lab(platform=platform), bmc_password=PASSWORD, **others)
